import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHttpApp, type HttpApp } from './http-app.js';

const JOBS = 120;

let http: HttpApp;

beforeAll(async () => {
  const jobs = Array.from({ length: JOBS }, (_, n) => ({
    id: `report-${n}`,
    task: 'reports.daily',
    trigger: { type: 'interval' as const, hours: 1 },
    tags: ['code'],
  }));
  http = await startHttpApp({ jobs });
});
afterAll(() => http?.close());

it('many jobs of the code are put back as their code has them, a hundred in a transaction', async () => {
  for (const n of [3, 4]) {
    const body = { priority: 7, trigger: { type: 'interval', hours: 2 } };
    await http.call().patch(`/scheduler/jobs/report-${n}`).send(body).expect(200);
  }
  const made = { id: 'made', task: 'reports.daily', trigger: { type: 'interval', hours: 1 } };
  await http.call().post('/scheduler/jobs').send(made).expect(201);

  const ids = [...Array.from({ length: JOBS }, (_, n) => `report-${n}`), 'made', 'none'];
  const answer = await http.call().post('/scheduler/jobs/bulk').send({ action: 'reset', ids });
  const { items } = answer.body as { items: { id: string; status: number }[] };
  const refused = items.filter(({ status }) => status >= 400);
  expect(refused.map(({ id, status }) => `${id} ${status}`)).toEqual(['none 404']);
  // A job that was made at run time has nothing to be put back to, and stays as it is.
  expect(items.filter(({ status }) => status === 200)).toHaveLength(JOBS + 1);

  const { body } = await http.call().get('/scheduler/jobs/report-3').expect(200);
  expect(body).toMatchObject({ priority: 0, overridden: [], trigger: { hours: 1 } });
  const audit = await http.database.query<{ count: number }>(
    `SELECT count(DISTINCT xmin::text)::int AS count FROM carillon.audit WHERE action = 'job.reset'`,
  );
  expect(audit[0]!.count).toBeLessThanOrEqual(2);
});
