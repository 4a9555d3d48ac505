import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;

const admin = { Authorization: 'Bearer admin-key' };
const operator = { Authorization: 'Bearer operator-key' };
const job = { task: 'reports.daily', trigger: { type: 'interval', hours: 1 } };

beforeAll(async () => {
  http = await startHttpApp({ http: { keys: KEYS, production: true } });
});
afterAll(() => http?.close());

beforeEach(async () => {
  await http.call().delete('/scheduler/jobs/shared').set(admin);
  await post('/jobs', { id: 'shared', ...job }).expect(201);
});

const post = (path: string, body: object, headers: object = {}) =>
  http
    .call()
    .post(`/scheduler${path}`)
    .set({ ...admin, ...headers })
    .send(body);

describe('two who edit one job', () => {
  it('do not overwrite each other: the later is shown what the earlier did', async () => {
    const read = await http.call().get('/scheduler/jobs/shared').set(admin).expect(200);
    const etag = read.headers['etag']!;
    const edit = (body: object) =>
      http.call().patch('/scheduler/jobs/shared').set(admin).set('If-Match', etag).send(body);
    const first = await edit({ timeoutMs: 1_000 }).expect(200);
    const second = await edit({ timeoutMs: 2_000 }).expect(412);
    expect(second.headers['etag']).toBe(first.headers['etag']);
    expect(second.body).toMatchObject({
      code: 'revision-conflict',
      currentRevision: 2,
      current: { id: 'shared', timeoutMs: 1_000, revision: 2 },
    });
    await http
      .call()
      .patch('/scheduler/jobs/shared')
      .set({ ...admin, 'If-Match': second.headers['etag']! })
      .send({ timeoutMs: 2_000 })
      .expect(200);
  });

  it('at the same instant: one of them wins', async () => {
    const edits = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        http
          .call()
          .patch('/scheduler/jobs/shared')
          .set({ ...admin, 'If-Match': '"1"' })
          .send({ priority: n }),
      ),
    );
    const statuses = edits.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
  });

  it.each(['put', 'delete', 'pause', 'resume', 'reset'])(
    'are kept apart by every kind of change: %s',
    async (change) => {
      const call = () => http.call();
      const path = '/scheduler/jobs/shared';
      const sent =
        change === 'put'
          ? call().put(path).send(job)
          : change === 'delete'
            ? call().delete(path)
            : call().post(`${path}/${change}`);
      await sent.set({ ...admin, 'If-Match': '"7"' }).expect(412);
      const { body } = await call().get(path).set(admin).expect(200);
      expect(body).toMatchObject({ revision: 1, paused: false });
    },
  );

  it('may name the job by its revision, by its tag, or by what was shown of it', async () => {
    const named = [
      ({ etag }: { etag: string }) => etag,
      ({ tag }: { tag: string }) => `"${tag}"`,
      ({ revision }: { revision: number }) => `"${revision}"`,
    ];
    for (const [priority, name] of named.entries()) {
      const { body, headers } = await http.call().get('/scheduler/jobs/shared').set(admin);
      const seen = { ...(body as { tag: string; revision: number }), etag: headers['etag']! };
      const edit = http.call().patch('/scheduler/jobs/shared');
      await edit
        .set({ ...admin, 'If-Match': name(seen) })
        .send({ priority: priority + 1 })
        .expect(200);
    }
  });

  it.each(['put', 'patch', 'delete'] as const)(
    'do not take a job that was made anew for the one that they saw: %s',
    async (change) => {
      const path = '/scheduler/jobs/shared';
      const seen = await http.call().get(path).set(admin).expect(200);
      await http.call().delete(path).set(admin).expect(204);
      await post('/jobs', { id: 'shared', ...job }).expect(201);
      const sent = http
        .call()
        [change](path)
        .set({ ...admin, 'If-Match': seen.headers['etag']! });
      const { body } = await sent.send(change === 'delete' ? undefined : job).expect(412);
      expect(body).toMatchObject({ code: 'revision-conflict', current: { revision: 1 } });
      expect((body as { detail: string }).detail).toContain('made anew');
    },
  );

  it('do not make a job by a condition on one that is gone', async () => {
    await http.call().delete('/scheduler/jobs/shared').set(admin).expect(204);
    const put = http
      .call()
      .put('/scheduler/jobs/shared')
      .set({ ...admin, 'If-Match': '"1"' });
    await put.send(job).expect(404);
    await http.call().get('/scheduler/jobs/shared').set(admin).expect(404);
  });
});

describe('a job that is put', () => {
  it('is made, then replaced, whatever it was before', async () => {
    const put = (body: object) => http.call().put('/scheduler/jobs/put').set(admin).send(body);
    const made = await put({ ...job, tags: ['a'] }).expect(201);
    expect(made.headers['etag']).toMatch(/^"1-\w+"$/);
    const replaced = await put({ id: 'put', ...job, priority: 3 }).expect(200);
    expect(replaced.body).toMatchObject({ id: 'put', tags: [], priority: 3, revision: 2 });
    const other = await put({ id: 'other', ...job }).expect(422);
    expect(other.body).toMatchObject({ errors: [{ pointer: '/id' }] });
  });
});

describe('what is asked for twice with one key', () => {
  it('is one run, also at the same instant', async () => {
    const ask = () => post('/jobs/shared/run', { overlap: 'allow' }, { 'Idempotency-Key': 'k-1' });
    const answers = await Promise.all(Array.from({ length: 6 }, ask));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
    const ids = new Set(answers.map(({ body }) => (body as { id: string }).id));
    expect(ids.size).toBe(1);
    const { body } = await http.call().get('/scheduler/runs?job=shared').set(admin).expect(200);
    const runs = (body as { items: { id: string }[] }).items;
    expect(runs.filter(({ id }) => ids.has(id))).toHaveLength(1);
  });

  it('must be the same thing', async () => {
    const ask = (body: object) => post('/jobs/shared/run', body, { 'Idempotency-Key': 'k-2' });
    await ask({ payload: 1 }).expect(202);
    const { body } = await ask({ payload: 2 }).expect(422);
    expect(body).toMatchObject({ code: 'idempotency-conflict' });
  });

  it('is one job, answered as it was the first time', async () => {
    const make = (body: object) => post('/jobs', body, { 'Idempotency-Key': 'k-3' });
    const first = await make({ id: 'once', ...job }).expect(201);
    const again = await make({ id: 'once', ...job }).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers['location']).toBe('/scheduler/jobs/once');
    await make({ id: 'twice', ...job }).expect(422);
    await post('/jobs', { id: 'once', ...job }).expect(409);
  });

  it.each(['', 'a b', 'x'.repeat(256)])('needs a key that is one, not "%s"', async (key) => {
    await post('/jobs/shared/run', {}, { 'Idempotency-Key': key }).expect(400);
    await post('/jobs', { id: 'keyed', ...job }, { 'Idempotency-Key': key }).expect(400);
  });
});

describe('the audit', () => {
  it('names who did what and why', async () => {
    await http
      .call()
      .post('/scheduler/jobs/shared/pause')
      .set(operator)
      .send({ reason: 'the API is down' })
      .expect(200);
    await http
      .call()
      .post('/scheduler/jobs/shared/resume')
      .set({ ...operator, 'X-Reason': 'wieder da: gr%C3%BCn' })
      .expect(200);
    const { body } = await http.call().get('/scheduler/audit?job=shared&limit=2').set(admin);
    expect(body).toMatchObject({
      items: [
        { actor: 'the-operator', action: 'job.resume', reason: 'wieder da: grün' },
        { actor: 'the-operator', action: 'job.pause', reason: 'the API is down' },
      ],
      nextCursor: expect.any(String),
    });
  });
});

describe('many at once', () => {
  it('are changed each by itself, and the answer tells of each', async () => {
    for (const id of ['bulk-1', 'bulk-2', 'bulk-3']) {
      await post('/jobs', { id, ...job, tags: ['bulk'] }).expect(201);
    }
    const paused = await post('/jobs/bulk', {
      action: 'pause',
      filter: { tag: 'bulk' },
      reason: 'maintenance',
    }).expect(200);
    expect(paused.body).toEqual({
      items: ['bulk-1', 'bulk-2', 'bulk-3'].map((id) => ({ id, status: 200 })),
      more: false,
    });
    const shown = await http.call().get('/scheduler/jobs/bulk-2').set(admin).expect(200);
    expect(shown.body).toMatchObject({ paused: true, pauseReason: 'maintenance' });
    const removed = await post('/jobs/bulk', {
      action: 'remove',
      ids: ['bulk-1', 'none', 'bulk-1'],
    }).expect(200);
    expect(removed.body).toMatchObject({
      items: [
        { id: 'bulk-1', status: 204 },
        { id: 'none', status: 404, code: 'job-not-found' },
      ],
    });
  });

  it.each([
    [{ action: 'pause' }],
    [{ action: 'pause', ids: ['a'], filter: {} }],
    [{ action: 'remove', ids: ['a'], until: '2099-01-01T00:00:00Z' }],
  ])('are not changed by %j, which says too little or too much', async (body) => {
    await post('/jobs/bulk', body).expect(422);
  });
});

describe('all jobs', () => {
  it('are listed by their next fire time, page by page, those that have none last', async () => {
    const at = (hour: number) => ({
      ...job,
      tags: ['dated'],
      trigger: { type: 'date', at: `2099-01-01T${hour}:00:00Z` },
    });
    for (const [id, hour] of [
      ['c', 10],
      ['a', 12],
      ['b', 11],
      ['d', 11],
    ] as const) {
      await post('/jobs', { id: `dated-${id}`, ...at(hour) }).expect(201);
    }
    await post('/jobs/dated-a/pause', {}).expect(200);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await http
        .call()
        .get('/scheduler/jobs')
        .set(admin)
        .query({ tag: 'dated', order: 'nextFireAt', limit: 1, ...(cursor && { cursor }) })
        .expect(200);
      const page = body as { items: { id: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['dated-c', 'dated-b', 'dated-d', 'dated-a']);
  });

  it('have their next fire times told together, the earliest first', async () => {
    const { body } = await http
      .call()
      .get('/scheduler/fire-times?limit=500&to=2099-12-31T00:00:00Z')
      .set(admin)
      .expect(200);
    const { items } = body as { items: { jobId: string; at: string }[] };
    expect(items).toHaveLength(500);
    const instants = items.map(({ at }) => at);
    expect(instants).toEqual(instants.toSorted());
    expect(items.some(({ jobId }) => jobId === 'shared')).toBe(true);
  });
});
