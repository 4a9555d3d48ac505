import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TasksDatabase } from '../../src/tasks/store/postgres/tasks-database.js';
import { startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp();
  await http.database.query(
    `INSERT INTO carillon.jobs (id, name, task, trigger, coalesce, overlap, max_instances, origin, state,
                                created_at, updated_at)
     SELECT 'job-' || lpad(n::text, 3, '0'), 'Job ' || n, 'reports.daily',
            '{"type": "date", "at": "2099-01-01T00:00:00Z"}', 'latest', 'skip', 1, 'api', 'active', now(), now()
     FROM generate_series(1, 100) n`,
  );
  await http.database.query(
    `INSERT INTO carillon.job_plans (job_id, next_fire_at, revision)
     SELECT id, '2099-01-01T00:00:00Z', 1 FROM carillon.jobs`,
  );
  await http.database.query(
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                started_at, finished_at)
     SELECT id, task, at, at, 'fired', 'succeeded', false, 1, at, at + interval '5 ms', at + interval '45 ms'
     FROM carillon.jobs, generate_series(now() - interval '25 min', now(), interval '1 min') at`,
  );
});
afterAll(() => http.close());

/** How many statements an answer takes. */
async function counted(path: string): Promise<{ statements: number; body: unknown }> {
  const { dataSource } = http.app.get(TasksDatabase, { strict: false });
  const query = vi.spyOn(dataSource.manager, 'query');
  const { body } = await http.call().get(`/scheduler${path}`).expect(200);
  const statements = query.mock.calls.length;
  query.mockRestore();
  return { statements, body };
}

interface Listed {
  readonly items: {
    readonly id: string;
    readonly lastRun: { readonly id: string } | null;
    readonly lastRuns: readonly { readonly id: string; readonly durationMs: number }[];
    readonly why: { readonly state: string };
  }[];
  readonly total: unknown;
}

describe('a page of jobs with all that is known of them', () => {
  it('takes as many statements for a hundred jobs as for one', async () => {
    for (const [limit, include] of [
      [100, 'why,lastRun'],
      [50, 'why,lastRun,lastRuns'],
    ] as const) {
      const one = await counted(`/jobs?limit=1&include=${include}&total=true`);
      const all = await counted(`/jobs?limit=${limit}&include=${include}&total=true`);
      expect((all.body as Listed).items).toHaveLength(limit);
      expect(all.statements).toBe(one.statements);
      expect(all.statements).toBeLessThanOrEqual(12);
    }
    await http.call().get('/scheduler/jobs?limit=51&include=lastRuns').expect(422);
  });

  it('shows the last run, a strip of twenty, why and how many there are', async () => {
    const { body } = await counted('/jobs?limit=2&include=why,lastRun,lastRuns&total=true');
    const { items, total } = body as Listed;
    expect(total).toEqual({ count: 100, exact: true });
    for (const { lastRun, lastRuns, why } of items) {
      expect(lastRuns).toHaveLength(20);
      expect(lastRuns[0]).toMatchObject({ id: lastRun!.id, durationMs: 40, lagMs: 5 });
      expect(why.state).toBe('not-due');
    }
  });

  it('has none of what was not asked for', async () => {
    const { body, statements } = await counted('/jobs?limit=1');
    expect(statements).toBe(1);
    expect((body as Listed).items[0]).not.toHaveProperty('lastRuns');
    expect(body).not.toHaveProperty('total');
  });

  it('is narrowed by several states at once', async () => {
    const { body } = await counted('/jobs?state=paused&state=finished&total=true');
    expect(body).toMatchObject({ items: [], total: { count: 0, exact: true } });
    await http.call().get('/scheduler/jobs?state=active&state=gone').expect(400);
  });
});
