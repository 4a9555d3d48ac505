import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { EventSource } from './event-source.js';
import { startHttpApp, type HttpApp } from './http-app.js';
import { roundRobin, type RoundRobin } from './round-robin.js';
import { servedRoutes } from './served-routes.js';

let database: TestDatabase;
let nodes: HttpApp<NestExpressApplication>[];
let proxy: RoundRobin;
let run: { id: string };

const call = () => request(proxy.url);

beforeAll(async () => {
  database = await createTestDatabase();
  nodes = [];
  for (const nodeName of ['one', 'two', 'three']) {
    nodes.push(await startHttpApp({ database, nodeName }));
  }
  proxy = await roundRobin(nodes.map(({ url }) => url));
  await call().post('/scheduler/jobs').send(JOB).expect(201);
  await call().post('/scheduler/jobs/shared/pause').send({ reason: 'test' }).expect(200);
  run = (await call().post('/scheduler/jobs/shared/run').expect(202)).body as { id: string };
  await until('the end of the run', async () => {
    const { body } = await call().get(`/scheduler/runs/${run.id}`).expect(200);
    return (body as { state: string }).state === 'succeeded';
  });
});
afterAll(async () => {
  await proxy?.close();
  for (const node of nodes ?? []) await node.close();
  await database?.drop();
});

const JOB = {
  id: 'shared',
  task: 'reports.daily',
  trigger: { type: 'cron', expression: '0 9 * * *' },
};

/** What is about the node that answers, or about the moment in which it does. */
const OF_THE_ANSWER = new Set([
  'node',
  'now',
  'countedTo',
  'heartbeatAt',
  'beatAgeMs',
  'loopLagMs',
  'clockOffsetMs',
  'expiresAt',
  'errorId',
]);

const shared = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (OF_THE_ANSWER.has(key) ? undefined : value)),
  );

describe('three nodes behind a proxy that asks them in turn', () => {
  it('answer every question in the same way', async () => {
    const questions = servedRoutes(nodes[0]!.app)
      .filter(({ method, path }) => method === 'get' && path.startsWith('/scheduler'))
      .filter(({ path }) => !path.endsWith('/events'))
      .map(({ path }) => path.replace(/runs\/:id/, `runs/${run.id}`).replace(':id', 'shared'))
      .map((path) => path.replace(':asset', 'start.js'))
      .map((path) => path.replace(/stats\/jobs$/, 'stats/jobs?job=shared'));
    expect(questions.length).toBeGreaterThan(10);
    for (const question of questions) {
      const answers = [];
      for (const node of nodes) {
        const { status, body } = await node.call().get(question);
        answers.push({ status, body: shared(body) });
      }
      const [first, ...others] = answers;
      expect(first, question).toMatchObject({ status: 200 });
      for (const other of others) expect(other, question).toEqual(first);
    }
  });

  it('are one for whoever changes something: each request finds what the one before has done', async () => {
    const path = '/scheduler/jobs/handed-round';
    const { headers } = await call()
      .put(path)
      .send({ ...JOB, id: undefined })
      .expect(201);
    const etag = String(headers['etag']);
    await call().patch(path).set('If-Match', etag).send({ priority: 3 }).expect(200);
    await call().patch(path).set('If-Match', etag).send({ priority: 4 }).expect(412);
    await call().post(`${path}/pause`).send({}).expect(200);
    const paused = (await call().get(path).expect(200)).body as Record<string, unknown>;
    expect(paused).toMatchObject({ priority: 3, paused: true, why: { state: 'paused' } });
    await call().post(`${path}/resume`).send({}).expect(200);
    const asked = [];
    for (let n = 0; n < 3; n++) {
      const again = call().post(`${path}/run`).set('Idempotency-Key', 'once');
      asked.push(((await again.expect(202)).body as { id: string }).id);
    }
    expect(new Set(asked).size).toBe(1);
    await call().delete(path).expect(204);
    for (let n = 0; n < 3; n++) await call().get(path).expect(404);
  });

  it('hear of what is done on any of them', async () => {
    const sources = await Promise.all(nodes.map(({ url }) => EventSource.open(url)));
    await call().patch('/scheduler/jobs/shared').send({ priority: 7 }).expect(200);
    for (const source of sources) {
      await until('the change', () =>
        source.of('job').some(({ data }) => data['jobId'] === 'shared'),
      );
      source.close();
    }
  });
});
