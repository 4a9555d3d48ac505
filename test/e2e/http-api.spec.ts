import { Injectable, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  TasksErrorFilter,
  TasksHealthModule,
  TasksHttpModule,
} from '../../src/tasks/http/index.js';
import { Task, TasksModule, type TaskContext } from '../../src/tasks/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

@Injectable()
class ProbeTasks {
  @Task('probe.echo')
  echo(payload: unknown) {
    return { payload };
  }

  @Task('probe.forever')
  forever(_payload: unknown, { signal }: TaskContext) {
    return new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  }
}

interface RunJson {
  readonly id: string;
  readonly state: string;
  readonly result: unknown;
}

let database: TestDatabase;
let app: NestExpressApplication;

const call = () => request(app.getHttpServer());
const hourly = { type: 'cron', expression: '0 * * * *', timeZone: 'Europe/Berlin' };

const add = (id: string, more: object = {}) =>
  call()
    .post('/scheduler/jobs')
    .send({ id, task: 'probe.echo', trigger: hourly, ...more });

/** The run once it has reached the state, asked for as a user would. */
const runIn = (id: string, state: string) =>
  vi.waitFor(
    async () => {
      const { body } = await call().get(`/scheduler/runs/${id}`).expect(200);
      expect((body as RunJson).state).toBe(state);
      return body as RunJson;
    },
    { timeout: 10_000, interval: 50 },
  );

beforeAll(async () => {
  database = await createTestDatabase();
  @Module({
    imports: [
      TasksModule.forRootAsync({
        useFactory: () => ({
          databaseUrl: database.url,
          nodeName: 'probe',
          version: '1',
          shutdownGraceMs: 0,
        }),
      }),
      TasksHealthModule,
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false }),
    ],
    providers: [ProbeTasks, { provide: APP_FILTER, useClass: TasksErrorFilter }],
  })
  class ProbeModule {}
  app = await NestFactory.create<NestExpressApplication>(ProbeModule, {
    bodyParser: false,
    forceCloseConnections: true,
    logger: ['error', 'warn'],
  });
  app.useBodyParser('json', { limit: '256kb' });
  await app.listen(0, '127.0.0.1');
  await vi.waitFor(() => call().get('/health/ready').expect(200), {
    timeout: 30_000,
    interval: 50,
  });
});

afterAll(async () => {
  await app?.close();
  await database?.drop();
});

describe('the cluster over HTTP', () => {
  it('shows this node as its leader', async () => {
    const state = await vi.waitFor(
      async () => {
        const { body } = await call().get('/scheduler').expect(200);
        expect(body).toMatchObject({ running: true, node: { isLeader: true } });
        return body as { node: { id: string } };
      },
      { timeout: 10_000, interval: 50 },
    );
    expect(state).toMatchObject({
      paused: false,
      pauseReason: null,
      node: { name: 'probe', roles: ['scheduler', 'worker', 'api'], mode: 'session' },
      leader: { nodeId: state.node.id, nodeName: 'probe', fencingToken: expect.any(Number) },
      nodes: [{ id: state.node.id, name: 'probe' }],
      version: '1',
      now: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    });
    const { body: leader } = await call().get('/scheduler/leader').expect(200);
    expect(leader).toMatchObject({ nodeId: state.node.id, history: expect.any(Array) });
    const { body: nodes } = await call().get('/scheduler/nodes').expect(200);
    expect(nodes).toMatchObject({ items: [{ id: state.node.id, alive: true }] });
    const { body: tasks } = await call().get('/scheduler/tasks').expect(200);
    expect(tasks).toEqual({
      items: ['probe.echo', 'probe.forever'].map((name) => ({
        name,
        nodes: [state.node.id],
        schema: null,
        scope: 'cluster',
      })),
    });
  });

  it('is paused and resumed', async () => {
    await call().post('/scheduler/pause').send({ reason: 'migration' }).expect(204);
    const paused = await call().get('/scheduler');
    expect(paused.body).toMatchObject({ paused: true, pauseReason: 'migration' });
    await call().post('/scheduler/resume').expect(204);
    const resumed = await call().get('/scheduler');
    expect(resumed.body).toMatchObject({ paused: false, pauseReason: null });
  });
});

describe('jobs over HTTP', () => {
  it('are created, shown, paused, resumed and removed', async () => {
    const created = await add('life', { payload: { n: 1 }, tags: ['t'] }).expect(201);
    expect(created.headers['location']).toBe('/scheduler/jobs/life');
    expect(created.headers['etag']).toMatch(/^"1-\w+"$/);
    expect(created.body).toMatchObject({
      id: 'life',
      name: 'life',
      task: 'probe.echo',
      payload: { n: 1 },
      tags: ['t'],
      trigger: hourly,
      misfireGraceMs: 86_400_000,
      coalesce: 'latest',
      overlap: 'skip',
      maxInstances: 1,
      priority: 0,
      paused: false,
      pauseReason: null,
      origin: 'api',
      state: 'active',
      nextFireAt: expect.stringMatching(/:00:00\.000Z$/),
      lastFireAt: null,
      revision: 1,
    });
    const shown = await call().get('/scheduler/jobs/life').expect(200);
    expect(shown.body).toMatchObject(created.body as object);
    expect(shown.body).toMatchObject({ why: { state: 'not-due' } });
    const paused = await call().post('/scheduler/jobs/life/pause').send({ reason: 'broken' });
    expect(paused.status).toBe(200);
    expect(paused.body).toMatchObject({ state: 'paused', pauseReason: 'broken', nextFireAt: null });
    const resumed = await call().post('/scheduler/jobs/life/resume').expect(200);
    expect(resumed.body).toMatchObject({ state: 'active', paused: false, pauseReason: null });
    await call().delete('/scheduler/jobs/life').expect(204);
    await call().get('/scheduler/jobs/life').expect(404);
  });

  it('are listed page by page', async () => {
    for (const id of ['page-a', 'page-b', 'page-c']) await add(id, { tags: ['paged'] }).expect(201);
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: object = { tag: 'paged', limit: '2', ...(cursor && { cursor }) };
      const { body } = await call().get('/scheduler/jobs').query(query).expect(200);
      const page = body as { items: { id: string }[]; nextCursor: string | null };
      ids.push(...page.items.map((job) => job.id));
      cursor = page.nextCursor;
    }
    expect(ids).toEqual(['page-a', 'page-b', 'page-c']);
  });

  it('are refused for good reasons', async () => {
    await add('twice').expect(201);
    const refused = [
      [add('twice'), 409, 'job-exists'],
      [add('a', { task: 'probe.unknown' }), 422, 'unknown-task'],
      [add('a', { trigger: { ...hourly, timeZone: 'Mars/Base' } }), 422, 'invalid-input'],
      [add('a', { trigger: { type: 'cron', expression: '0 0 30 2 *' } }), 422, 'invalid-input'],
      [add('a', { trigger: { type: 'date', at: '2001-01-01T00:00:00Z' } }), 422, 'invalid-input'],
      [add('a', { maxInstances: 'many' }), 400, 'malformed'],
      [call().get('/scheduler/jobs/none'), 404, 'job-not-found'],
      [call().delete('/scheduler/jobs/none'), 404, 'job-not-found'],
      [call().post('/scheduler/jobs/none/pause'), 404, 'job-not-found'],
      [call().post('/scheduler/jobs/none/resume'), 404, 'job-not-found'],
      [call().post('/scheduler/jobs/none/run'), 404, 'job-not-found'],
      [call().get('/scheduler/jobs?cursor=%21'), 400, 'invalid-input'],
      [call().get('/scheduler/runs?cursor=eA'), 400, 'invalid-input'],
    ] as const;
    for (const [sent, status, code] of refused) {
      const answer = await sent;
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({ status, code, type: `urn:carillon:${code}` });
      expect(answer.status).toBe(status);
    }
  });
});

describe('runs over HTTP', () => {
  it('are asked for by hand, carried out, and listed', async () => {
    await add('by-hand', { payload: 'stored' }).expect(201);
    const asked = await call().post('/scheduler/jobs/by-hand/run').expect(202);
    const first = asked.body as RunJson;
    expect(asked.headers['location']).toBe(`/scheduler/runs/${first.id}`);
    expect(asked.body).toMatchObject({ jobId: 'by-hand', cause: 'manual', reason: null });
    expect(await runIn(first.id, 'succeeded')).toMatchObject({
      result: { payload: 'stored' },
      durationMs: expect.any(Number),
      lagMs: expect.any(Number),
      attempt: 1,
      error: null,
    });
    const again = await call()
      .post('/scheduler/jobs/by-hand/runs')
      .send({ payload: ['given'] })
      .expect(202);
    const second = again.body as RunJson;
    expect(await runIn(second.id, 'succeeded')).toMatchObject({ result: { payload: ['given'] } });
    const { body } = await call()
      .get('/scheduler/runs?job=by-hand&cause=manual&state=succeeded&task=probe.echo')
      .expect(200);
    expect((body as { items: RunJson[] }).items.map((run) => run.id)).toEqual([
      second.id,
      first.id,
    ]);
    await call().get('/scheduler/runs/999999999').expect(404);
  });

  it('are refused while one is going on, unless overlap is allowed', async () => {
    await add('busy', { task: 'probe.forever' }).expect(201);
    const { body } = await call().post('/scheduler/jobs/busy/run').expect(202);
    const live = await runIn((body as RunJson).id, 'running');
    const refused = await call().post('/scheduler/jobs/busy/run').expect(409);
    expect(refused.body).toMatchObject({ code: 'overlapped', liveRunId: live.id });
    await call().post('/scheduler/jobs/busy/run').send({ overlap: 'allow' }).expect(202);
  });
});
