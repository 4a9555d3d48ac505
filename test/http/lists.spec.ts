import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TasksDatabase } from '../../src/tasks/store/postgres/tasks-database.js';
import { until } from '../support/until.js';
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
     FROM carillon.jobs, generate_series(now() - interval '500 ms', now(), interval '20 ms') at`,
  );
  // More of them than are read from the end of the ledger.
  await until('a leader that has counted the runs', async () => {
    const sql = `SELECT sum(runs)::int AS runs FROM carillon.run_hours WHERE job_id = ''`;
    const [row] = await http.database.query<{ runs: number | null }>(sql);
    return row?.runs === 2_600;
  });
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
      [100, 'why,lastRun,lastRuns,stats,description'],
    ] as const) {
      const one = await counted(`/jobs?limit=1&include=${include}&total=true`);
      const all = await counted(`/jobs?limit=${limit}&include=${include}&total=true`);
      expect((all.body as Listed).items).toHaveLength(limit);
      expect(all.statements).toBe(one.statements);
      expect(all.statements).toBeLessThanOrEqual(12);
    }
    await http.call().get('/scheduler/jobs?limit=101&include=lastRuns').expect(422);
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

  it('shows what ended of each in the last day, and that none fails', async () => {
    const { body } = await counted('/jobs?limit=2&include=stats');
    const { items } = body as { items: { stats: unknown; failures: unknown }[] };
    const percentiles = { p50: expect.any(Number) as unknown, p95: expect.any(Number) as unknown };
    for (const { stats, failures } of items) {
      expect(stats).toMatchObject({ runs: { succeeded: 26 }, durationMs: percentiles });
      expect(failures).toBeNull();
    }
    const { body: failing } = await counted('/jobs?failing=true&total=true');
    expect(failing).toMatchObject({ items: [], total: { count: 0, exact: true } });
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
    for (const states of ['state=gone', 'state=active&state=gone']) {
      const answer = await http.call().get(`/scheduler/jobs?${states}`).expect(400);
      expect(JSON.stringify(answer.body)).toContain('expected one of');
    }
  });
});

describe('the series of a day', () => {
  it('has an hour for each, in which what ended is counted', async () => {
    const { body, statements } = await counted('/stats/series');
    const { items } = body as { items: { runs: Record<string, number> }[] };
    expect(items).toHaveLength(25);
    expect(items.reduce((sum, { runs }) => sum + (runs['succeeded'] ?? 0), 0)).toBe(2_600);
    expect(statements).toBeLessThanOrEqual(3);
  });

  it('is of one job, by the days of a zone, where that is asked for', async () => {
    const query =
      'job=job-001&by=day&timeZone=Asia/Kolkata&from=2026-03-01T00:00:00Z&to=2026-03-04T00:00:00Z';
    const { body } = await counted(`/stats/series?${query}`);
    const { items } = body as { items: { from: string; runs: object }[] };
    expect(items.map(({ from }) => from)).toEqual([
      '2026-02-28T18:30:00.000Z',
      '2026-03-01T18:30:00.000Z',
      '2026-03-02T18:30:00.000Z',
      '2026-03-03T18:30:00.000Z',
    ]);
    expect(items[0]!.runs).toEqual({});
  });

  it('refuses a range that ends before it begins, or is too long', async () => {
    for (const from of ['2026-03-05T00:00:00Z', '2025-03-05T00:00:00Z']) {
      const query = `from=${from}&to=2026-03-04T00:00:00Z`;
      await http.call().get(`/scheduler/stats/series?${query}`).expect(422);
    }
  });
});

describe('the last day of some jobs', () => {
  interface JobHours {
    readonly items: readonly {
      readonly jobId: string;
      readonly hours: readonly { runs: object }[];
    }[];
  }

  it('has the hours in which something of them ended, and leaves out those of which nothing did', async () => {
    const { body, statements } = await counted('/stats/jobs?job=job-001&job=nobody&job=job-002');
    const { items } = body as JobHours;
    expect(items.map(({ jobId }) => jobId)).toEqual(['job-001', 'job-002']);
    const ended = items[0]!.hours.map(({ runs }) => runs);
    expect(ended).not.toEqual([]);
    expect(ended.every((runs) => Object.keys(runs).length > 0)).toBe(true);
    expect(statements).toBeLessThanOrEqual(3);
  });

  it('is refused where no job is named, or the range is too long', async () => {
    const { body } = await http.call().get('/scheduler/stats/jobs').expect(400);
    expect(body).toMatchObject({
      errors: [{ pointer: '/job', message: 'must be given, once or more' }],
    });
    const query = 'job=a&from=2026-03-01T00:00:00Z&to=2026-03-10T00:00:00Z';
    await http.call().get(`/scheduler/stats/jobs?${query}`).expect(422);
  });
});

describe('the problems of the cluster', () => {
  it('are none while all goes well, and name the jobs that fail once some do', async () => {
    expect((await counted('/problems')).body).toMatchObject({ items: [] });
    await http.database.query(
      `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                  started_at, finished_at)
       SELECT 'job-007', 'reports.daily', at, at, 'manual', 'failed', false, 1, at, at, at FROM now() at`,
    );
    const { body, statements } = await counted('/problems');
    const { items } = body as { items: object[] };
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      kind: 'failing',
      severity: 'warning',
      message: '1 job fails: Job 7.',
      jobs: [{ id: 'job-007', name: 'Job 7' }],
      link: 'jobs?failing=true',
    });
    expect(statements).toBeLessThanOrEqual(12);
    const { body: failing } = await counted('/jobs?failing=true&include=stats');
    const listed = failing as { items: { id: string; failures: { inARow: number } | null }[] };
    expect(listed.items.map(({ id, failures }) => [id, failures?.inARow])).toEqual([
      ['job-007', 1],
    ]);
  });
});
