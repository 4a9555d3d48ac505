import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpApp, type HttpApp } from './http-app.js';

const JOBS = 135;

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp();
  for (let n = 0; n < JOBS; n++) {
    const job = { id: `bulk-${n}`, task: 'reports.daily', trigger: { type: 'interval', hours: 1 } };
    await http
      .call()
      .post('/scheduler/jobs')
      .send({ ...job, tags: ['bulk'] })
      .expect(201);
  }
}, 120_000);
afterAll(() => http?.close());

type Answer = { items: { id: string; status: number; code?: string }[] };

const bulk = async (body: object) =>
  (await http.call().post('/scheduler/jobs/bulk').send(body).expect(200)).body as Answer;

/** Transactions in which the audit has rows of this. */
async function transactions(action: string): Promise<number> {
  const [row] = await http.database.query<{ count: number }>(
    `SELECT count(DISTINCT xmin::text)::int AS count FROM carillon.audit WHERE action = $1`,
    [`job.${action}`],
  );
  return row!.count;
}

describe('many jobs of a tag', () => {
  it.each(['pause', 'resume'])('are changed a hundred in a transaction: %s', async (action) => {
    const answer = await bulk({ action, filter: { tag: 'bulk' }, reason: 'release' });
    expect(answer.items).toHaveLength(JOBS);
    expect(new Set(answer.items.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await transactions(action)).toBe(2);
    const { body } = await http.call().get('/scheduler/jobs?tag=bulk&state=paused&limit=500');
    expect((body as Answer).items).toHaveLength(action === 'pause' ? JOBS : 0);
  });

  it('are changed although one of them is not there, which is told', async () => {
    const answer = await bulk({ action: 'pause', ids: ['bulk-1', 'none', 'bulk-2'] });
    expect(answer.items).toEqual([
      { id: 'bulk-1', status: 200 },
      expect.objectContaining({ id: 'none', status: 404, code: 'job-not-found' }),
      { id: 'bulk-2', status: 200 },
    ]);
  });
});
