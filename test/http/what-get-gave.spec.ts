import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpApp, type HttpApp } from './http-app.js';

type Json = Record<string, unknown>;

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp();
});
afterAll(() => http?.close());
beforeEach(async () => {
  await http.call().delete('/scheduler/jobs/read');
});

const path = '/scheduler/jobs/read';
const hourly = { type: 'interval', hours: 1 };
const make = (fields: Json = {}) =>
  http
    .call()
    .put(path)
    .send({ task: 'reports.daily', trigger: hourly, ...fields })
    .expect(201);
const read = async () => (await http.call().get(path).expect(200)).body as Json;
const put = (body: object) => http.call().put(path).send(body);
const patch = (body: object) => http.call().patch(path).send(body);

/** All that an edit might have changed. */
const edited = ({ revision: _r, tag: _t, updatedAt: _u, why: _w, ...rest }: Json) => rest;

const KINDS: readonly (readonly [string, Json])[] = [
  ['an interval', {}],
  ['a date', { trigger: { type: 'date', at: '2099-01-01T00:00:00+01:00' } }],
  ['cron fields', { trigger: { type: 'cron', fields: { hour: '9-17' }, timeZone: 'Asia/Tokyo' } }],
  ['a cron expression', { trigger: { type: 'cron', expression: 'H 9 * * MON-FRI', gap: 'skip' } }],
  ['calendar days', { trigger: { type: 'calendar-interval', days: 3, hour: 4 } }],
  [
    'triggers in each other',
    { trigger: { type: 'or', triggers: [hourly, { type: 'cron', expression: '5 4 * * *' }] } },
  ],
  ['a pause', { paused: true }],
  [
    'every field',
    {
      name: 'All of it',
      payload: { deep: [{ er: null }], text: 'a' },
      tags: ['a', 'b'],
      misfireGraceMs: null,
      coalesce: 'all',
      overlap: 'buffer-all',
      maxInstances: 3,
      bufferLimit: 7,
      jitterMs: 5,
      maxRuns: 9,
      timeoutMs: 1_000,
      retry: { maxAttempts: 3, backoff: 'fixed', delayMs: 10, retryOn: ['E'] },
      onCrash: 'rerun',
      transactional: false,
      priority: -2,
      deleteWhenDone: true,
    },
  ],
];

describe('what GET gave', () => {
  it.each(KINDS)('is what PUT and PATCH take, with %s', async (_, fields) => {
    await make(fields);
    const given = await read();
    await put(given).expect(200);
    expect(edited(await read())).toEqual(edited(given));
    const again = await read();
    await patch(again).expect(200);
    expect(edited(await read())).toEqual(edited(given));
  });

  it('is taken with all that it may come with', async () => {
    await make();
    const query = http
      .call()
      .get('/scheduler/jobs?text=read&include=why,lastRun,lastRuns,description&limit=5');
    const { items } = (await query.expect(200)).body as { items: [Json] };
    await put({ ...items[0], priority: 4 }).expect(200);
    expect(await read()).toMatchObject({ priority: 4, revision: 2 });
  });

  it('is taken of a job that is paused, which stays paused for the same reason', async () => {
    await make();
    await http.call().post(`${path}/pause`).send({ reason: 'the API is down' }).expect(200);
    const given = await read();
    await put({ ...given, tags: ['new'] }).expect(200);
    expect(await read()).toMatchObject({
      tags: ['new'],
      paused: true,
      pauseReason: 'the API is down',
      pausedAt: given['pausedAt'],
    });
  });

  it('is taken after a fire, which has changed it', async () => {
    await make();
    const given = await read();
    await http.database.query(
      `UPDATE carillon.job_plans SET last_fire_at = next_fire_at,
              next_fire_at = next_fire_at + interval '1 hour' WHERE job_id = 'read'`,
    );
    await put({ ...given, priority: 1 }).expect(200);
    await patch({ ...(await read()), nextFireAt: given['nextFireAt'] }).expect(200);
  });

  it('makes a job that is gone, and another under another id', async () => {
    await make({ tags: ['kept'] });
    const given = await read();
    await http.call().delete(path).expect(204);
    await put(given).expect(201);
    expect(await read()).toMatchObject({ tags: ['kept'], revision: 1 });
    const copy = { ...given, id: 'copy' };
    await http.call().post('/scheduler/jobs').send(copy).expect(201);
    await http.call().delete('/scheduler/jobs/copy').expect(204);
  });

  it('is refused once somebody else has edited the job', async () => {
    await make();
    const given = await read();
    await patch({ priority: 1 }).expect(200);
    for (const sent of [put, patch]) {
      const { body } = await sent({ ...given, tags: ['mine'] }).expect(409);
      expect(body).toMatchObject({ code: 'revision-conflict', currentRevision: 2 });
    }
    expect(await read()).toMatchObject({ tags: [], priority: 1 });
  });
});

describe('what nobody can set', () => {
  it.each([
    ['state', 'paused'],
    ['nextFireAt', '2098-01-01T00:00:00Z'],
    ['lastFireAt', '2098-01-01T00:00:00Z'],
    ['createdAt', '2020-01-01T00:00:00Z'],
    ['updatedAt', '2098-01-01T00:00:00Z'],
    ['pauseReason', 'because'],
    ['pausedUntil', '2098-01-01T00:00:00Z'],
    ['origin', 'declared'],
    ['overridden', ['tags']],
    ['state', { $gt: '' }],
    ['nextFireAt', 7],
  ])('is refused where it is changed, with a pointer to it: %s', async (name, value) => {
    await make();
    for (const sent of [put, patch]) {
      const { body } = await sent({ ...(await read()), [name]: value }).expect(422);
      expect(body).toMatchObject({
        errors: [{ pointer: `/${name}`, message: expect.stringContaining('read-only') }],
      });
    }
    expect(await read()).toMatchObject({ revision: 1 });
  });

  it.each([
    ['id', 'other'],
    ['paused', true],
  ])('nor by PATCH: %s', async (name, value) => {
    await make();
    const { body } = await patch({ priority: 1, [name]: value }).expect(422);
    expect(body).toMatchObject({ errors: [{ pointer: `/${name}` }] });
  });

  it('is marked as read-only in the description, wherever it may be sent', async () => {
    const { body } = await http.call().get('/scheduler/openapi.json').expect(200);
    const { schemas } = (body as { components: { schemas: Json } }).components;
    const marked = (name: string) => {
      const { properties } = schemas[name] as { properties: Record<string, Json> };
      return Object.keys(properties).filter((field) => properties[field]!['readOnly'] === true);
    };
    const shown = marked('Job');
    expect(shown).toEqual(expect.arrayContaining(['state', 'revision', 'nextFireAt', 'why']));
    expect(shown).not.toContain('trigger');
    for (const name of ['NewJob', 'PutJob'])
      expect(marked(name).toSorted()).toEqual(shown.toSorted());
    expect(marked('JobPatch').toSorted()).toEqual([...shown, 'id', 'paused'].toSorted());
  });
});
