import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { EventSource } from './event-source.js';
import { startFastifyApp } from './fastify-app.js';
import { HostDocs } from './host-docs.js';
import { KEYS, type HttpApp } from './http-app.js';

let http: HttpApp<NestFastifyApplication>;

beforeAll(async () => {
  http = await startFastifyApp({
    http: { keys: KEYS, production: true },
    controllers: [HostDocs],
  });
});
afterAll(() => http?.close());

const admin = { Authorization: 'Bearer admin-key' };
const job = { id: 'daily', task: 'reports.daily', trigger: { type: 'interval', hours: 1 } };

const refused = (answer: { status: number; headers: Record<string, string>; body: unknown }) => {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status: answer.status, code: expect.any(String) });
  return answer.status;
};

describe('the API on Fastify', () => {
  it('makes, shows, changes, runs and removes a job', async () => {
    const call = () => http.call();
    const made = await call().post('/scheduler/jobs').set(admin).send(job).expect(201);
    expect(made.headers).toMatchObject({
      location: '/scheduler/jobs/daily',
      etag: expect.stringMatching(/^"1-\w+"$/),
      'cache-control': 'no-store',
    });
    const shown = await call().get('/scheduler/jobs/daily').set(admin).expect(200);
    expect(shown.body).toMatchObject({ id: 'daily', why: { state: 'not-due' } });
    const changed = await call()
      .patch('/scheduler/jobs/daily')
      .set({ ...admin, 'If-Match': '"1"' })
      .send({ trigger: 'cron', hour: 5 })
      .expect(200);
    expect(changed.headers['etag']).toMatch(/^"2-\w+"$/);
    const outdated = call()
      .patch('/scheduler/jobs/daily')
      .set({ ...admin, 'If-Match': '"1"' });
    expect(refused(await outdated.send({ priority: 1 }))).toBe(412);
    const put = call().put('/scheduler/jobs/other').set(admin);
    await put.send({ task: job.task, trigger: job.trigger }).expect(201);
    const run = await call().post('/scheduler/jobs/daily/run').set(admin).expect(202);
    const { id } = run.body as { id: string };
    expect(run.headers['location']).toBe(`/scheduler/runs/${id}`);
    await until('the end of the run', async () => {
      const { body } = await call().get(`/scheduler/runs/${id}`).set(admin);
      return (body as { state: string }).state === 'succeeded';
    });
    await call().post('/scheduler/jobs/daily/pause').set(admin).expect(200);
    await call().delete('/scheduler/jobs/daily').set(admin).expect(204, '');
  });

  it.each([
    ['/scheduler'],
    ['/scheduler/jobs?include=why,lastRun'],
    ['/scheduler/runs'],
    ['/scheduler/tasks'],
    ['/scheduler/nodes'],
    ['/scheduler/leader'],
    ['/scheduler/stats'],
    ['/scheduler/audit'],
    ['/scheduler/capabilities'],
    ['/scheduler/fire-times'],
    ['/scheduler/openapi.json'],
    ['/scheduler/docs'],
    ['/scheduler/docs/swagger-ui.css'],
  ])('answers GET %s', async (path) => {
    await http.call().get(path).set(admin).expect(200);
    if (path.startsWith('/scheduler/docs')) await http.call().get(path).expect(200);
    else expect(refused(await http.call().get(path))).toBe(401);
  });

  it.each(['/docs', '/openapi.json'])('leaves %s to the host', async (path) => {
    expect((await http.call().get(path).expect(200)).text).toBe('of the host');
  });

  it('refuses what is malformed with problems', async () => {
    const post = (path: string) => http.call().post(`/scheduler${path}`).set(admin);
    const text = (type: string, body: string) => post('/jobs').set('Content-Type', type).send(body);
    expect(refused(await text('application/json', '{"id":'))).toBe(400);
    expect(refused(await text('application/json', '[]'))).toBe(400);
    expect(refused(await text('text/plain', '{}'))).toBe(415);
    expect(refused(await text('application/json', '{"__proto__": {"a": 1}}'))).toBe(400);
    expect(refused(await post('/jobs').send({ ...job, colour: 'red' }))).toBe(400);
    expect(refused(await post('/jobs').send({ ...job, task: 'os:system' }))).toBe(422);
    expect(refused(await post('/jobs').send({ payload: 'x'.repeat(262_145) }))).toBe(413);
    // What is no URL at all is answered by Fastify itself, before any application.
    await http.call().get('/scheduler/jobs/%ff').set(admin).expect(400);
    expect(refused(await http.call().get('/scheduler/nothing').set(admin))).toBe(404);
  });

  it('gives sessions', async () => {
    const begun = await http.call().post('/scheduler/session').send({ key: 'operator-key' });
    const cookie = String(begun.headers['set-cookie']).split(';')[0]!;
    const { body } = await http.call().get('/scheduler/capabilities').set('Cookie', cookie);
    expect(body).toMatchObject({ caller: { role: 'operator', via: 'session' } });
    const pause = http.call().post('/scheduler/pause').set('Cookie', cookie);
    expect(refused(await pause)).toBe(403);
  });

  it('streams events, and closes although somebody listens', async () => {
    const source = await EventSource.open(http.url, { authorization: 'Bearer viewer-key' });
    await http
      .call()
      .post('/scheduler/jobs')
      .set(admin)
      .send({ ...job, id: 'streamed' });
    await until('an event', () =>
      source.of('job').find(({ data }) => data['jobId'] === 'streamed'),
    );
    const began = performance.now();
    await http.app.close();
    await source.ended;
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
