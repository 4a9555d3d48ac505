import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { EventSource } from './event-source.js';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';

let database: TestDatabase;
let one: HttpApp;
let two: HttpApp;

beforeAll(async () => {
  database = await createTestDatabase();
  one = await startHttpApp({ database, nodeName: 'one' });
  two = await startHttpApp({ database, nodeName: 'two' });
});
afterAll(async () => {
  await one?.close();
  await two?.close();
  await database?.drop();
});

const job = (id: string) => ({
  id,
  task: 'reports.daily',
  payload: { password: 'hunter2' },
  trigger: { type: 'interval', hours: 1 },
});

const of = (source: EventSource, event: string, wanted: Record<string, unknown>) =>
  until(`${event} ${JSON.stringify(wanted)}`, () =>
    source
      .of(event)
      .find(({ data }) => Object.entries(wanted).every(([key, value]) => data[key] === value)),
  );

describe('a stream of events', () => {
  it('tells on every node what was done on any, by ids and revisions only', async () => {
    const source = await EventSource.open(one.url);
    await two.call().post('/scheduler/jobs').send(job('told')).expect(201);
    await of(source, 'job', { jobId: 'told', revision: 1, action: 'job.add' });
    await two.call().post('/scheduler/jobs/told/pause').expect(200);
    await of(source, 'job', { jobId: 'told', revision: 2, action: 'job.pause' });
    const { body } = await two.call().post('/scheduler/jobs/told/run').expect(202);
    const { id: runId } = body as { id: string };
    await of(source, 'run', { runId, jobId: 'told', state: 'succeeded', attempt: 1 });
    await two.call().post('/scheduler/pause').send({ reason: 'test' }).expect(204);
    await of(source, 'cluster', { action: 'cluster.pause' });
    await two.call().post('/scheduler/resume').expect(204);
    await two.call().delete('/scheduler/jobs/told').expect(204);
    await of(source, 'job', { jobId: 'told', revision: null, action: 'job.remove' });
    await two.call().post('/scheduler/leader/resign').expect(204);
    await until('a new leader', () => source.of('leader').at(-1));
    expect(JSON.stringify(source.events)).not.toContain('hunter2');
    source.close();
  });

  it('goes on after the last event that a client has seen, on another node too', async () => {
    const before = await EventSource.open(one.url);
    await one.call().post('/scheduler/jobs').send(job('seen')).expect(201);
    const { id } = await of(before, 'job', { jobId: 'seen' });
    before.close();
    await one.call().post('/scheduler/jobs').send(job('missed')).expect(201);
    const after = await EventSource.open(two.url, { 'Last-Event-ID': id });
    await of(after, 'job', { jobId: 'missed' });
    after.close();
  });

  it('tells whoever was away for too long to read everything anew', async () => {
    const source = await EventSource.open(one.url, { 'Last-Event-ID': '1000' });
    await until('a reset', () => source.of('reset').at(0));
    source.close();
    await one.call().get('/scheduler/events').set('Last-Event-ID', 'x').expect(400);
  });

  it('is kept alive, is not stored, and passes proxies at once', async () => {
    const source = await EventSource.open(one.url);
    expect(Object.fromEntries(source.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    await until('a comment', () => source.beats > 0);
    source.close();
  });

  it('asks the database only while somebody listens', async () => {
    const polls = async () => {
      const [row] = await database.query<{ n: string }>(
        `SELECT count(*) AS n FROM pg_stat_activity
         WHERE query LIKE 'WITH now AS MATERIALIZED%'
           AND state_change > clock_timestamp() - interval '2 seconds'`,
      );
      return Number(row!.n);
    };
    const sources = await Promise.all([1, 2, 3].map(() => EventSource.open(one.url)));
    await until('a poll', async () => (await polls()) > 0);
    for (const source of sources) source.close();
    await until('no poll any more', async () => (await polls()) === 0);
  });
});

describe('a server that closes', () => {
  it('ends its streams first, and does not wait for clients', async () => {
    const own = await startHttpApp({ database, nodeName: 'closing' });
    const source = await EventSource.open(own.url);
    const began = performance.now();
    await own.close();
    await source.ended;
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('does so without the help of the host, whose server would wait for them', async () => {
    const own = await startHttpApp({ database, nodeName: 'waiting', keepConnections: true });
    const source = await EventSource.open(own.url);
    const began = performance.now();
    await own.close();
    await source.ended;
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

describe('access to the stream', () => {
  it('needs a role, as everything does', async () => {
    const closed = await startHttpApp({ database, http: { keys: KEYS, production: true } });
    await expect(EventSource.open(closed.url)).rejects.toThrow('401');
    const source = await EventSource.open(closed.url, { authorization: 'Bearer viewer-key' });
    source.close();
    await closed.close();
  });
});
