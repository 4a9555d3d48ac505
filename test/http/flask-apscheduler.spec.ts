import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { FlaskClient } from './flask-client.js';
import { startHttpApp, type HttpApp } from './http-app.js';

let http: HttpApp;
let flask: FlaskClient;

beforeAll(async () => {
  http = await startHttpApp();
  flask = new FlaskClient(http.url);
});
afterAll(() => http?.close());

const interval = { func: 'reports.daily', trigger: 'interval', seconds: 3600 };

describe("a client of Flask-APScheduler's", () => {
  it('makes, reads, changes, pauses, resumes, runs and removes a job', async () => {
    expect(await flask.addJob({ id: 'job1', ...interval, kwargs: { team: 7 } })).toMatchObject({
      status: 201,
      body: {
        id: 'job1',
        name: 'job1',
        task: 'reports.daily',
        payload: { team: 7 },
        trigger: { type: 'interval', seconds: 3600 },
      },
    });
    expect(await flask.addJob({ id: 'job1', ...interval })).toMatchObject({ status: 409 });
    expect(await flask.getJob('job1')).toMatchObject({ status: 200, body: { id: 'job1' } });
    expect(await flask.getJobs()).toMatchObject({ status: 200, body: { items: [{ id: 'job1' }] } });
    expect(
      await flask.updateJob('job1', { trigger: 'cron', hour: '*/2', timezone: 'Europe/Berlin' }),
    ).toMatchObject({
      status: 200,
      body: { trigger: { type: 'cron', fields: { hour: '*/2' }, timeZone: 'Europe/Berlin' } },
    });
    expect(await flask.pauseJob('job1')).toMatchObject({ status: 200, body: { paused: true } });
    expect(await flask.resumeJob('job1')).toMatchObject({ status: 200, body: { paused: false } });
    expect(await flask.runJob('job1')).toMatchObject({ status: 202, body: { jobId: 'job1' } });
    expect(await flask.deleteJob('job1')).toEqual({ status: 204, body: null });
    expect(await flask.getJob('job1')).toMatchObject({ status: 404 });
    expect(await flask.deleteJob('job1')).toMatchObject({ status: 404 });
  });

  it('pauses and resumes the scheduler, as often as it likes', async () => {
    expect(await flask.getSchedulerInfo()).toMatchObject({ status: 200, body: { running: true } });
    for (let n = 0; n < 2; n++) expect((await flask.pauseScheduler()).status).toBe(204);
    expect(await flask.getSchedulerInfo()).toMatchObject({ body: { running: true, paused: true } });
    for (let n = 0; n < 2; n++) expect((await flask.resumeScheduler()).status).toBe(204);
  });

  it('shuts the scheduler down and starts it again, each once', async () => {
    expect((await flask.startScheduler()).status).toBe(409);
    expect((await flask.shutdownScheduler()).status).toBe(204);
    expect(await flask.getSchedulerInfo()).toMatchObject({ status: 200, body: { running: false } });
    expect((await flask.shutdownScheduler(false)).status).toBe(409);
    expect((await flask.startScheduler()).status).toBe(204);
    await until('a node at work', async () => {
      const { body } = await flask.getSchedulerInfo();
      return (body as { running: boolean }).running;
    });
  });
});

describe('the flat form', () => {
  const added = async (job: object) =>
    (await flask.addJob({ replace_existing: true, ...job })).body;

  it.each([
    [
      { trigger: 'interval', minutes: 1, seconds: 30, start_date: '2099-01-01 10:00:00' },
      { trigger: { type: 'interval', minutes: 1, seconds: 30, startAt: '2099-01-01T10:00:00' } },
    ],
    [
      { trigger: 'interval', seconds: 0.5, start_date: '2099-01-01' },
      { trigger: { type: 'interval', milliseconds: 500, startAt: '2099-01-01' } },
    ],
    [
      { trigger: 'date', run_date: '2099-12-24 18:00:00', timezone: 'Europe/Berlin' },
      { trigger: { type: 'date', at: '2099-12-24T18:00:00', timeZone: 'Europe/Berlin' } },
    ],
    [
      { trigger: 'date', run_date: '2099-12-24' },
      { trigger: { type: 'date', at: '2099-12-24T00:00:00' } },
    ],
    [
      { trigger: 'cron', day_of_week: 'mon-fri', hour: 5, minute: '*/15' },
      { trigger: { type: 'cron', fields: { dayOfWeek: 'mon-fri', hour: 5, minute: '*/15' } } },
    ],
    [
      { trigger: { type: 'cron', day: 'last', hour: 3 } },
      { trigger: { type: 'cron', fields: { day: 'last', hour: 3 } } },
    ],
    [
      { trigger: 'interval', hours: 1, misfire_grace_time: 90, coalesce: false, max_instances: 3 },
      { misfireGraceMs: 90_000, coalesce: 'all', maxInstances: 3 },
    ],
    [
      { trigger: 'interval', hours: 1, misfire_grace_time: null, coalesce: true, jitter: 2.5 },
      { misfireGraceMs: null, coalesce: 'latest', jitterMs: 2_500 },
    ],
    [{ trigger: 'interval', hours: 1, args: [1, 'two'] }, { payload: [1, 'two'] }],
    [
      { trigger: 'interval', hours: 1, args: [1], kwargs: { b: 2 } },
      { payload: { args: [1], kwargs: { b: 2 } } },
    ],
    [
      { trigger: 'interval', hours: 1, next_run_time: null },
      { paused: true, state: 'paused', nextFireAt: null },
    ],
    [
      { trigger: 'interval', hours: 1, next_run_time: '2099-01-01T10:00:00+01:00' },
      { nextFireAt: '2099-01-01T09:00:00.000Z' },
    ],
    [
      { trigger: 'cron', hour: 5, next_run_time: '2099-01-01T10:00:00Z' },
      { nextFireAt: '2099-01-01T10:00:00.000Z' },
    ],
  ])('%j is stored as %j', async (flat, stored) => {
    await flask.deleteJob('flat');
    const job = await added({ id: 'flat', func: 'reports.daily', ...flat });
    expect(job).toMatchObject({ id: 'flat', ...stored });
  });

  it('fires first when it is told to, and then as its trigger says', async () => {
    await added({
      id: 'first',
      func: 'reports.daily',
      trigger: 'cron',
      hour: 5,
      next_run_time: '2099-01-01T10:00:00Z',
    });
    const answer = await http.call().get('/scheduler/jobs/first/fire-times?limit=3').expect(200);
    const { items } = answer.body as { items: { at: string }[] };
    expect(items.map(({ at }) => at)).toEqual([
      '2099-01-01T10:00:00.000Z',
      '2099-01-02T05:00:00.000Z',
      '2099-01-03T05:00:00.000Z',
    ]);
  });

  it('replaces a job where it says so, and answers 200 then', async () => {
    const job = { id: 'again', ...interval };
    expect((await flask.addJob(job)).status).toBe(201);
    expect((await flask.addJob({ ...job, seconds: 5, replace_existing: true })).status).toBe(200);
    expect(await flask.getJob('again')).toMatchObject({ body: { trigger: { seconds: 5 } } });
  });

  it.each([
    [{ func: 'os:system' }, 422, '/func'],
    [{ func: 'no.such.task' }, 422, '/func'],
    [{ seconds: 'five' }, 400, '/seconds'],
    [{ hour: 5 }, 422, '/hour'],
    [{ run_date: '2099-01-01' }, 422, '/run_date'],
    [{ trigger: 'lunar' }, 400, '/trigger'],
    [{ trigger: 'date' }, 422, '/seconds'],
    [{ next_run_time: 'soon' }, 422, '/next_run_time'],
    [{ colour: 'red' }, 400, '/colour'],
    [{ executor: 'processpool' }, 400, '/executor'],
    [{ id: undefined }, 400, '/id'],
    [{ timezone: 'Mars/Base' }, 422, '/timezone'],
    [{ misfire_grace_time: 0 }, 400, '/misfire_grace_time'],
    [{ start_date: 'tomorrow' }, 422, '/start_date'],
  ])('with %j is refused, by the name that the client gave it', async (wrong, status, pointer) => {
    const answer = await flask.addJob({ id: 'wrong', ...interval, ...wrong });
    expect(answer.status).toBe(status);
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer)).toContain(pointer);
    expect((await flask.getJob('wrong')).status).toBe(404);
  });

  it('changes a job whole or not at all', async () => {
    await added({ id: 'atomic', ...interval });
    const before = await flask.getJob('atomic');
    for (const [changes, status] of [
      [{ trigger: 'cron', minute: 5, max_instances: 0 }, 400],
      [{ trigger: 'cron', minute: 75 }, 422],
      [{ seconds: 5 }, 422],
      [{ id: 'other', seconds: 5 }, 400],
      [{ name: 'x', next_run_time: null }, 422],
      [{ func: 'os:system', name: 'x' }, 422],
    ] as const) {
      expect(await flask.updateJob('atomic', changes)).toMatchObject({ status });
    }
    expect(await flask.getJob('atomic')).toEqual(before);
    expect(
      await flask.updateJob('atomic', { trigger: 'cron', minute: 5, jitter: 3 }),
    ).toMatchObject({ status: 200, body: { jitterMs: 3_000, trigger: { fields: { minute: 5 } } } });
  });

  it('moves the next run, and pauses', async () => {
    await added({ id: 'moved', ...interval });
    const next = '2099-05-05T05:05:05.000Z';
    expect(await flask.updateJob('moved', { next_run_time: next })).toMatchObject({
      status: 200,
      body: { nextFireAt: next },
    });
    expect(await flask.updateJob('moved', { next_run_time: null })).toMatchObject({
      body: { paused: true },
    });
  });
});
