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

type Answer = { items: { id: string; status: number; code?: string; runId?: string }[] };

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

  it('are run a hundred in a transaction', async () => {
    const answer = await bulk({ action: 'run', filter: { tag: 'bulk' } });
    expect(new Set(answer.items.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answer.items.map(({ runId }) => runId)).size).toBe(JOBS);
    expect(await transactions('run')).toBe(2);
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

describe('many new jobs', () => {
  const job = (id: string, more: object = {}) => ({
    id,
    task: 'reports.daily',
    trigger: { type: 'interval', hours: 1 },
    ...more,
  });

  it('are made in one transaction, in either form, and each refusal is told by its index', async () => {
    const before = await transactions('add');
    const { items } = await bulk({
      action: 'create',
      jobs: [
        job('new-1'),
        job('bulk-1'),
        'no job',
        { id: 'flat-1', func: 'reports.daily', trigger: 'interval', seconds: 5 },
        { id: 'flat-2', func: 'os:system', trigger: 'interval', seconds: 5 },
        job('new-1'),
        job('new-2', { trigger: { type: 'interval', hours: 0 } }),
        job('new-3'),
      ],
    });
    const errors = (pointer: string) => [expect.objectContaining({ pointer })];
    expect(items).toEqual([
      { id: 'new-1', index: 0, status: 201 },
      expect.objectContaining({ id: 'bulk-1', index: 1, status: 409, code: 'job-exists' }),
      expect.objectContaining({ id: '', index: 2, status: 400, errors: errors('') }),
      { id: 'flat-1', index: 3, status: 201 },
      expect.objectContaining({ index: 4, code: 'unknown-task', errors: errors('/func') }),
      expect.objectContaining({ id: 'new-1', index: 5, status: 422, errors: errors('/id') }),
      expect.objectContaining({ index: 6, status: 422, errors: errors('/trigger') }),
      { id: 'new-3', index: 7, status: 201 },
    ]);
    expect((await transactions('add')) - before).toBe(1);
  });

  it('can be sent again, and replace what there is where that is asked for', async () => {
    const jobs = [job('again-1'), job('again-2')];
    const statuses = async (conflict: string, some: object[]) =>
      (await bulk({ action: 'create', conflict, jobs: some })).items.map(({ status }) => status);
    expect(await statuses('keep', jobs.slice(1))).toEqual([201]);
    expect(await statuses('keep', jobs)).toEqual([201, 200]);
    expect(await statuses('replace', [job('again-1', { priority: 5 })])).toEqual([200]);
    const { body } = await http.call().get('/scheduler/jobs/again-1').expect(200);
    expect(body).toMatchObject({ priority: 5, revision: 2 });
  });
});

describe('many jobs of a tag, at last', () => {
  it('are removed a hundred in a transaction', async () => {
    const answer = await bulk({ action: 'remove', filter: { tag: 'bulk' } });
    expect(new Set(answer.items.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await transactions('remove')).toBe(2);
  });
});
