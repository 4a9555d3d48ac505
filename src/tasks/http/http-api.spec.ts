import type { INestApplication } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { createHash } from 'node:crypto';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
  OverlappedError,
  RunNotFoundError,
  UnavailableError,
  UnknownTaskError,
} from '../domain/errors.js';
import type { Job } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import { NodeStatus } from '../node-status.js';
import { TasksService } from '../tasks.service.js';
import type { TasksHttpOptions } from './tasks-http.options.js';
import { TasksErrorFilter, TasksHealthModule, TasksHttpModule } from './index.js';

const AT = new Date('2026-11-23T08:00:00.000Z');

const job: Job = {
  id: 'daily',
  name: 'Daily',
  task: 'Reports.daily',
  payload: { team: 7 },
  trigger: { type: 'cron', expression: '0 9 * * 1-5', timeZone: 'Europe/Berlin' },
  tags: ['reports'],
  misfireGraceMs: 86_400_000,
  coalesce: 'latest',
  overlap: 'skip',
  maxInstances: 1,
  priority: 0,
  origin: 'api',
  state: 'active',
  paused: false,
  pauseReason: null,
  nextFireAt: AT,
  lastFireAt: null,
  revision: 3,
  createdAt: AT,
  updatedAt: AT,
};

const run: Run = {
  id: '9007199254740993',
  jobId: 'daily',
  task: 'Reports.daily',
  cause: 'manual',
  fireAt: AT,
  runAt: AT,
  state: 'succeeded',
  reason: null,
  coversFrom: null,
  coversTo: null,
  coversCount: null,
  attempt: 1,
  nodeId: 'b6a2e7f0-0000-4000-8000-000000000001',
  fencingToken: 4,
  priority: 0,
  createdAt: AT,
  startedAt: new Date(AT.getTime() + 5),
  finishedAt: new Date(AT.getTime() + 25),
  error: null,
  result: undefined,
};

const node = {
  id: 'b6a2e7f0-0000-4000-8000-000000000001',
  name: 'one',
  version: '1',
  roles: ['worker'],
  tasks: ['Reports.daily'],
  startedAt: AT,
  heartbeatAt: AT,
  stoppedAt: null,
  alive: true,
};

const leader = {
  nodeId: node.id,
  nodeName: 'one',
  fencingToken: 4,
  acquiredAt: AT,
  expiresAt: AT,
  history: [{ fencingToken: 3, nodeId: node.id, nodeName: 'one', acquiredAt: AT }],
};

const newJob = {
  id: 'daily',
  task: 'Reports.daily',
  trigger: { type: 'interval', seconds: 5 },
};

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const fakeTasks = () => ({
  addJob: vi.fn<TasksService['addJob']>(async () => job),
  getJob: vi.fn<TasksService['getJob']>(async () => job),
  getJobs: vi.fn<TasksService['getJobs']>(async () => ({ items: [job], nextCursor: 'next' })),
  pauseJob: vi.fn<TasksService['pauseJob']>(async () => ({ ...job, paused: true })),
  resumeJob: vi.fn<TasksService['resumeJob']>(async () => job),
  removeJob: vi.fn<TasksService['removeJob']>(async () => undefined),
  runJob: vi.fn<TasksService['runJob']>(async () => run),
  getRun: vi.fn<TasksService['getRun']>(async () => run),
  getRuns: vi.fn<TasksService['getRuns']>(async () => ({ items: [run], nextCursor: null })),
  getTasks: vi.fn<TasksService['getTasks']>(async () => [
    { name: 'Reports.daily', nodes: [node.id] },
  ]),
  getNodes: vi.fn<TasksService['getNodes']>(async () => [
    node,
    { ...node, name: 'two', alive: false },
  ]),
  getLeader: vi.fn<TasksService['getLeader']>(async () => leader),
  getState: vi.fn<TasksService['getState']>(async () => ({
    paused: false,
    pauseReason: null,
    now: AT,
  })),
  pause: vi.fn<TasksService['pause']>(async () => undefined),
  resume: vi.fn<TasksService['resume']>(async () => undefined),
});

let app: INestApplication | undefined;
let tasks: ReturnType<typeof fakeTasks>;
let status: NodeStatus;
let logged: string[];

const note = (message: string) => void logged.push(message);

async function serve(options: Partial<TasksHttpOptions> = {}): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [
      {
        module: class FakeTasksModule {},
        global: true,
        providers: [
          { provide: TasksService, useValue: tasks },
          { provide: NodeStatus, useValue: status },
        ],
        exports: [TasksService, NodeStatus],
      },
      TasksHealthModule,
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false, ...options }),
    ],
    providers: [{ provide: APP_FILTER, useClass: TasksErrorFilter }],
  })
    .setLogger({ log: () => undefined, warn: note, error: note })
    .compile();
  const created = module.createNestApplication<NestExpressApplication>({ bodyParser: false });
  app = created.useBodyParser('json', { limit: '256kb' });
  return app.init();
}

const call = () => request(app?.getHttpServer());

beforeEach(async () => {
  logged = [];
  tasks = fakeTasks();
  status = Object.assign(new NodeStatus(), {
    id: node.id,
    name: 'one',
    version: '7',
    roles: ['worker'],
    running: true,
    isLeader: true,
    mode: 'session',
    notReady: null,
  });
  await serve();
});

afterEach(async () => {
  await app?.close();
});

describe('the cluster', () => {
  it('tells its state', async () => {
    const { body } = await call().get('/scheduler').expect(200);
    const brief = (({ tasks: _tasks, stoppedAt: _stopped, alive: _alive, ...rest }) => rest)(node);
    const { history: _, ...holder } = leader;
    expect(body).toEqual(
      json({
        running: true,
        paused: false,
        pauseReason: null,
        node: { id: node.id, name: 'one', roles: ['worker'], isLeader: true, mode: 'session' },
        leader: holder,
        nodes: [brief],
        version: '7',
        now: AT,
      }),
    );
  });

  it('has no leader while nobody leads', async () => {
    tasks.getLeader.mockResolvedValue({ ...leader, nodeId: null });
    const { body } = await call().get('/scheduler').expect(200);
    expect(body).toMatchObject({ leader: null });
  });

  it('is paused with and without a reason, and resumed', async () => {
    await call().post('/scheduler/pause').send({ reason: 'migration' }).expect(204, '');
    await call().post('/scheduler/pause').expect(204);
    await call().post('/scheduler/resume').expect(204);
    expect(tasks.pause.mock.calls).toEqual([['migration'], [null]]);
    expect(tasks.resume).toHaveBeenCalledOnce();
  });

  it('lists tasks, nodes and the leader', async () => {
    await call()
      .get('/scheduler/tasks')
      .expect(200, {
        items: [{ name: 'Reports.daily', nodes: [node.id], schema: null, scope: 'cluster' }],
      });
    const nodes = await call().get('/scheduler/nodes').expect(200);
    expect(nodes.body).toEqual(json({ items: [node, { ...node, name: 'two', alive: false }] }));
    const answer = await call().get('/scheduler/leader').expect(200);
    expect(answer.body).toEqual(json(leader));
  });
});

describe('jobs', () => {
  it('are listed a hundred at a time, and filtered', async () => {
    const { body } = await call().get('/scheduler/jobs').expect(200);
    expect(body).toMatchObject({ items: [{ id: 'daily' }], nextCursor: 'next' });
    await call().get('/scheduler/jobs?limit=500&cursor=abc&state=paused&tag=x&task=y&text=z');
    expect(tasks.getJobs.mock.calls).toEqual([
      [{ limit: 100 }],
      [{ limit: 500, cursor: 'abc', state: 'paused', tag: 'x', task: 'y', text: 'z' }],
    ]);
  });

  it('are created with a location and a revision', async () => {
    const answer = await call().post('/scheduler/jobs').send(newJob).expect(201);
    expect(answer.headers['location']).toBe('/scheduler/jobs/daily');
    expect(answer.headers['etag']).toBe('"3"');
    expect(answer.body).toEqual(json(job));
    expect(tasks.addJob.mock.lastCall?.[0]).toMatchObject({ ...newJob, coalesce: 'latest' });
  });

  it('are shown and removed', async () => {
    const { body } = await call().get('/scheduler/jobs/daily').expect(200);
    expect(body).toMatchObject({ id: 'daily', nextFireAt: '2026-11-23T08:00:00.000Z' });
    await call().delete('/scheduler/jobs/a%3Ab').expect(204, '');
    expect(tasks.removeJob).toHaveBeenCalledWith('a:b');
  });

  it('are paused and resumed, a body being optional', async () => {
    const { body } = await call().post('/scheduler/jobs/daily/pause').expect(200);
    expect(body).toMatchObject({ paused: true });
    await call().post('/scheduler/jobs/daily/pause').send({ reason: ' broken ' }).expect(200);
    await call().post('/scheduler/jobs/daily/resume').expect(200);
    expect(tasks.pauseJob.mock.calls).toEqual([
      ['daily', null],
      ['daily', 'broken'],
    ]);
  });

  it.each(['run', 'runs'])('are run by POST %s', async (path) => {
    const answer = await call().post(`/scheduler/jobs/daily/${path}`).expect(202);
    expect(answer.headers['location']).toBe('/scheduler/runs/9007199254740993');
    expect(answer.body).toMatchObject({ id: '9007199254740993', jobId: 'daily' });
    await call()
      .post(`/scheduler/jobs/daily/${path}`)
      .send({ payload: [1], overlap: 'allow' })
      .expect(202);
    expect(tasks.runJob.mock.calls).toEqual([
      ['daily', {}],
      ['daily', { payload: [1], overlap: 'allow' }],
    ]);
  });
});

describe('runs', () => {
  it('are listed and filtered', async () => {
    await call()
      .get('/scheduler/runs')
      .query({
        job: 'daily',
        state: 'failed',
        cause: 'fired',
        node: node.id,
        task: 't',
        from: '2026-11-23T09:00:00+01:00',
        to: '2026-11-24T00:00:00Z',
        limit: '7',
      })
      .expect(200);
    expect(tasks.getRuns).toHaveBeenCalledWith({
      job: 'daily',
      state: 'failed',
      cause: 'fired',
      node: node.id,
      task: 't',
      from: AT,
      to: new Date('2026-11-24T00:00:00Z'),
      limit: 7,
    });
  });

  it('tell how long they took and how late they began', async () => {
    const { body } = await call().get('/scheduler/runs/9007199254740993').expect(200);
    expect(body).toMatchObject({ durationMs: 20, lagMs: 5, result: null, fencingToken: 4 });
    tasks.getRun.mockResolvedValue({ ...run, startedAt: null, finishedAt: null });
    const pending = await call().get('/scheduler/runs/1').expect(200);
    expect(pending.body).toMatchObject({ durationMs: null, lagMs: null, startedAt: null });
  });

  it.each(['x', '-1', '1.5', '9'.repeat(19)])('have no id such as %s', async (id) => {
    const { body } = await call().get(`/scheduler/runs/${id}`).expect(404);
    expect(body).toMatchObject({ code: 'run-not-found' });
    expect(tasks.getRun).not.toHaveBeenCalled();
  });
});

describe('a malformed request', () => {
  const refused = (answer: request.Response, status: number) => {
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, type: expect.stringMatching(/^urn:carillon:/) });
    return answer.body as { code: string; errors: { pointer: string }[] };
  };

  it.each([
    [{}, ['/id', '/task', '/trigger']],
    [{ ...newJob, maxInstances: 'many' }, ['/maxInstances']],
    [{ ...newJob, colour: 'red' }, ['/colour']],
    [{ ...newJob, trigger: { type: 'interval', fortnights: 1 } }, ['/trigger/fortnights']],
    [{ ...newJob, payload: { text: 'a\0b' } }, ['/payload/text']],
  ])('is a body like %j', async (body, pointers) => {
    const problem = refused(await call().post('/scheduler/jobs').send(body), 400);
    expect(problem.code).toBe('malformed');
    expect(problem.errors.map((error) => error.pointer)).toEqual(pointers);
    expect(tasks.addJob).not.toHaveBeenCalled();
  });

  it.each(['{"id":', 'null', '"text"', '[]'])('is the text %s', async (text) => {
    const sent = call().post('/scheduler/jobs').set('Content-Type', 'application/json').send(text);
    expect(refused(await sent, 400).code).toBe('malformed');
  });

  it('has no body where one is needed', async () => {
    refused(await call().post('/scheduler/jobs'), 400);
  });

  it('is nested too deep', async () => {
    const text = `{"payload":${'['.repeat(60_000)}${']'.repeat(60_000)}}`;
    const sent = call().post('/scheduler/jobs/daily/run').set('Content-Type', 'application/json');
    refused(await sent.send(text), 400);
  });

  it.each([
    'jobs?limit=0',
    'jobs?limit=501',
    'jobs?limit=ten',
    'jobs?limit=1&limit=2',
    'jobs?state=sleeping',
    'jobs?colour=red',
    'jobs?text=%00',
    'jobs/%00',
    'jobs/%ff',
    'runs?from=yesterday',
    'runs?node=one',
    'runs?state=done',
  ])('is GET %s', async (path) => {
    expect(refused(await call().get(`/scheduler/${path}`), 400).code).toBe('malformed');
  });

  it('has a cursor that the store cannot read', async () => {
    tasks.getRuns.mockRejectedValue(
      new InvalidInputError('The query', [{ pointer: '/cursor', message: 'is not one of ours' }]),
    );
    refused(await call().get('/scheduler/runs?cursor=x'), 400);
  });

  it('is one with a field that a run or a pause does not know', async () => {
    refused(await call().post('/scheduler/jobs/daily/run').send({ overlap: 'maybe' }), 400);
    refused(await call().post('/scheduler/jobs/daily/pause').send({ because: 'x' }), 400);
    refused(await call().post('/scheduler/resume').send({ reason: 'x' }), 400);
  });

  it('has a body of more than 256 kB', async () => {
    const body = { payload: 'x'.repeat(262_144) };
    expect(refused(await call().post('/scheduler/jobs/daily/run').send(body), 413).code).toBe(
      'payload-too-large',
    );
    await call()
      .post('/scheduler/jobs/daily/run')
      .send({ payload: 'x'.repeat(262_000) })
      .expect(202);
  });

  it('has a body that is not JSON', async () => {
    const answer = await call().post('/scheduler/pause').type('form').send('reason=x');
    expect(refused(answer, 415).code).toBe('unsupported-media-type');
    expect(tasks.pause).not.toHaveBeenCalled();
  });

  it('asks for what does not exist', async () => {
    expect(refused(await call().get('/scheduler/nothing'), 404).code).toBe('not-found');
  });
});

describe('a refusal of the scheduler', () => {
  it.each([
    [new JobNotFoundError('x'), 404],
    [new RunNotFoundError('7'), 404],
    [new JobExistsError('x'), 409],
    [new OverlappedError('x', '12'), 409],
    [new UnknownTaskError('t', ['u']), 422],
    [new InvalidInputError('The job', [{ pointer: '/trigger', message: 'never fires' }]), 422],
    [new UnavailableError('connection refused'), 503],
  ])('%s becomes a problem', async (error, expected) => {
    tasks.addJob.mockRejectedValue(error);
    const answer = await call().post('/scheduler/jobs').send(newJob).expect(expected);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['retry-after']).toBe(expected === 503 ? '2' : undefined);
    expect(answer.body).toMatchObject({
      type: `urn:carillon:${error.code}`,
      code: error.code,
      status: expected,
      detail: error.message,
    });
    expect((answer.body as { title: string }).title).toMatch(/^[A-Z][a-z ]+$/);
  });

  it('names the run that is in the way, and the fields that were refused', async () => {
    tasks.runJob.mockRejectedValue(new OverlappedError('daily', '12'));
    const overlapped = await call().post('/scheduler/jobs/daily/run');
    expect(overlapped.body).toMatchObject({ liveRunId: '12' });
    tasks.addJob.mockRejectedValue(new UnknownTaskError('t', []));
    const unknown = await call().post('/scheduler/jobs').send(newJob);
    expect(unknown.body).toMatchObject({ errors: [{ pointer: '/task' }] });
  });

  it('is 422 for a time zone that does not exist', async () => {
    const trigger = { type: 'cron', expression: '* * * * *', timeZone: 'Mars/Base' };
    const { body } = await call()
      .post('/scheduler/jobs')
      .send({ ...newJob, trigger })
      .expect(422);
    expect(body).toMatchObject({ errors: [{ pointer: '/trigger/timeZone' }] });
  });
});

describe('an error that nobody foresaw', () => {
  it('reveals nothing but the id under which it is logged', async () => {
    tasks.getJobs.mockRejectedValue(new Error('password of the database: hunter2'));
    const { text, body } = await call().get('/scheduler/jobs').expect(500);
    expect(text).not.toContain('hunter2');
    const { errorId } = body as { errorId: string };
    expect(errorId).toMatch(/^[0-9a-f-]{36}$/);
    expect(logged.join()).toContain(errorId);
  });
});

describe('health', () => {
  it('is live and ready without any credential', async () => {
    await app?.close();
    await serve({ production: true });
    await call().get('/health/live').expect(200, { status: 'ok' });
    const { body } = await call().get('/health/ready').expect(200);
    expect(body).toMatchObject({ status: 'ok', details: { scheduler: { status: 'up' } } });
  });

  it('is live but not ready, with the reason, while the node cannot work', async () => {
    status.notReady = 'the database cannot be reached';
    await call().get('/health/live').expect(200);
    const { body } = await call().get('/health/ready').expect(503);
    expect(body).toMatchObject({
      status: 'error',
      error: { scheduler: { status: 'down', message: 'the database cannot be reached' } },
    });
  });
});

describe('access', () => {
  const keyOf = (role: 'viewer' | 'operator' | 'admin') => ({
    name: role,
    role,
    sha256: createHash('sha256').update(`${role}-key`).digest('hex'),
  });
  const ROUTES = [
    ['get', '', 'viewer'],
    ['get', '/jobs', 'viewer'],
    ['get', '/jobs/daily', 'viewer'],
    ['get', '/runs', 'viewer'],
    ['get', '/runs/1', 'viewer'],
    ['get', '/tasks', 'viewer'],
    ['get', '/nodes', 'viewer'],
    ['get', '/leader', 'viewer'],
    ['post', '/pause', 'operator'],
    ['post', '/resume', 'operator'],
    ['post', '/jobs/daily/pause', 'operator'],
    ['post', '/jobs/daily/resume', 'operator'],
    ['post', '/jobs/daily/run', 'operator'],
    ['post', '/jobs/daily/runs', 'operator'],
    ['post', '/jobs', 'admin'],
    ['delete', '/jobs/daily', 'admin'],
  ] as const;
  const ROLES = ['viewer', 'operator', 'admin'] as const;

  it.each(ROUTES)('%s %s needs %s', async (method, path, needed) => {
    await app?.close();
    await serve({ production: true, host: '0.0.0.0', keys: ROLES.map(keyOf) });
    const anonymous = await call()[method](`/scheduler${path}`).expect(401);
    expect(anonymous.headers['www-authenticate']).toBe('Bearer realm="carillon"');
    expect(anonymous.body).toMatchObject({ code: 'unauthorized' });
    for (const role of ROLES) {
      const { status: answered } = await call()
        [method](`/scheduler${path}`)
        .set('Authorization', `Bearer ${role}-key`);
      const allowed = ROLES.indexOf(role) >= ROLES.indexOf(needed);
      expect([role, answered === 403]).toEqual([role, !allowed]);
      expect(answered).not.toBe(401);
    }
  });

  it('is closed, and the start says how to make a key, where neither key nor loopback is', async () => {
    await app?.close();
    await serve({ host: '0.0.0.0' });
    await call().get('/scheduler').expect(401);
    expect(logged.join()).toContain('randomBytes');
  });

  it('refuses what a web page or a proxy sends without a key', async () => {
    await call().post('/scheduler/pause').set('Origin', 'https://evil.example').expect(403);
    await call().get('/scheduler').set('Host', 'evil.example').expect(403);
    await call().get('/scheduler').set('X-Forwarded-For', '203.0.113.7').expect(401);
    expect(tasks.pause).not.toHaveBeenCalled();
  });

  it('serves the routes under the prefix it is given', async () => {
    await app?.close();
    await serve({ prefix: '/ops/jobs' });
    await call().get('/ops/jobs').expect(200);
    const { headers } = await call().post('/ops/jobs/jobs').send(newJob).expect(201);
    expect(headers['location']).toBe('/ops/jobs/jobs/daily');
    await call().get('/scheduler').expect(404);
  });
});
