import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp();
});
afterAll(() => http?.close());

/** A node whose last sign of life is so many seconds old, and that alone knows a task. */
async function nodeThatKnows(task: string, secondsAgo: number, hasStopped = false) {
  const [{ id }] = (await http.database.query<{ id: string }>(
    `INSERT INTO carillon.nodes (id, name, version, roles, tasks, schema_version,
                                 started_at, heartbeat_at, stopped_at)
     SELECT gen_random_uuid(), 'far', version, roles, jsonb_build_object($1::text, 'x'),
            schema_version, started_at, clock_timestamp() - $2 * interval '1 second',
            CASE WHEN $3 THEN clock_timestamp() END
     FROM carillon.nodes LIMIT 1 RETURNING id`,
    [task, secondsAgo, hasStopped],
  )) as [{ id: string }];
  return id;
}

const post = (task: string) =>
  http
    .call()
    .post('/scheduler/jobs')
    .send({ id: task, task, trigger: { type: 'interval', hours: 1 } });

describe('a task that no live node knows', () => {
  it('is no mistake of the client while a node that knows it cannot be heard', async () => {
    await nodeThatKnows('of.silent', 60);
    const { body, headers } = await post('of.silent').expect(503);
    expect(body).toMatchObject({ code: 'nodes-silent', detail: expect.stringContaining('far') });
    expect(headers['retry-after']).toBeTruthy();
    await http
      .call()
      .post('/scheduler/jobs')
      .send({ id: 'a', ...known })
      .expect(201);
    const patch = http.call().patch('/scheduler/jobs/a').send({ task: 'of.silent' });
    await patch.expect(503);
  });

  it('is unknown when all that knew it have stopped, or are gone for long', async () => {
    await nodeThatKnows('of.stopped', 60, true);
    await nodeThatKnows('of.gone', 1_000);
    for (const task of ['of.stopped', 'of.gone', 'of.nobody']) {
      const { body } = await post(task).expect(422);
      expect(body).toMatchObject({ code: 'unknown-task', errors: [{ pointer: '/task' }] });
    }
  });
});

describe('a node that is to be drained', () => {
  it('is unknown only if there is none: one that cannot be heard may come back', async () => {
    const drain = (id: string) => http.call().post(`/scheduler/nodes/${id}/drain`);
    await drain(await nodeThatKnows('x', 60)).expect(503);
    await drain(await nodeThatKnows('x', 60, true)).expect(404);
  });
});

const known = { task: 'reports.daily', trigger: { type: 'interval', hours: 1 } };
