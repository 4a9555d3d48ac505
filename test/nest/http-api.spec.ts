import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { createHash } from 'node:crypto';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  IdempotencyConflictError,
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
  NodeNotFoundError,
  NodesSilentError,
  OverlappedError,
  RevisionConflictError,
  RunNotFoundError,
  UnavailableError,
  UnknownTaskError,
  WrongStateError,
} from '../../src/tasks/domain/errors.js';
import type { Job } from '../../src/tasks/domain/job.js';
import type { Run, RunAttempt, RunLine } from '../../src/tasks/domain/run.js';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { Clock } from '../../src/tasks/domain/clock.js';
import type { JobHandle } from '../../src/tasks/service/job-handle.js';
import { NodeStatus } from '../../src/tasks/node/node-status.js';
import { ChangeFeed } from '../../src/tasks/store/change-feed.js';
import { TasksService } from '../../src/tasks/service/tasks.service.js';
import { ClusterStore } from '../../src/tasks/store/cluster-store.js';
import { RunStore } from '../../src/tasks/store/run-store.js';
import { TasksOptions } from '../../src/tasks/tasks.options.js';
import { JobStore } from '../../src/tasks/store/job-store.js';
import { Statistics } from '../../src/tasks/store/statistics.js';
import type { TasksHttpOptions } from '../../src/tasks/http/tasks-http.options.js';
import {
  TasksErrorFilter,
  TasksHealthModule,
  TasksHttpModule,
} from '../../src/tasks/http/index.js';

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
  bufferLimit: 100,
  jitterMs: 0,
  maxRuns: null,
  timeoutMs: null,
  retry: { maxAttempts: 1 },
  onCrash: 'abandon',
  transactional: false,
  priority: 0,
  deleteWhenDone: false,
  origin: 'api',
  state: 'active',
  paused: false,
  pauseReason: null,
  pausedAt: null,
  pausedUntil: null,
  overridden: [],
  unknownSince: null,
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
  progress: null,
  retryOf: null,
  backfillId: null,
  cancelRequestedAt: null,
  held: null,
  handlerAlive: false,
};

const why = {
  state: 'due',
  reason: 'It is due since 2026-11-23T08:00:00.000Z, and the leader fires it this moment.',
  since: AT,
  remedy: null,
} as const;

const node = {
  id: 'b6a2e7f0-0000-4000-8000-000000000001',
  name: 'one',
  version: '1',
  roles: ['worker'],
  tasks: ['Reports.daily'],
  startedAt: AT,
  heartbeatAt: AT,
  stoppedAt: null,
  draining: false,
  loopLagMs: 3,
  blockedSince: null,
  blockedBy: null,
  slots: 10,
  running: 4,
  clockOffsetMs: -2,
  beatAgeMs: 900,
  alive: true,
};

const leader = {
  nodeId: node.id,
  nodeName: 'one',
  fencingToken: 4,
  acquiredAt: AT,
  expiresAt: AT,
  vacantSince: null,
  leaseMs: 5_000,
  hinted: true,
  generation: 2,
  generationAt: AT,
  history: [
    { fencingToken: 3, nodeId: node.id, nodeName: 'one', acquiredAt: AT, how: 'session ended' },
  ],
};

const attempt: RunAttempt = {
  attempt: 1,
  nodeId: node.id,
  state: 'failed',
  startedAt: AT,
  finishedAt: AT,
  error: { name: 'Error', message: 'no luck' },
};

const line: RunLine = { id: '5', attempt: 1, at: AT, level: 'info', message: 'halfway' };

const newJob = {
  id: 'daily',
  task: 'Reports.daily',
  trigger: { type: 'interval', seconds: 5 },
};

/** Who asks where no key is needed. */
const ANONYMOUS = { actor: 'anonymous' };

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A job as it is shown, with the tag of its definition. */
const shown = { ...job, tag: `3-${AT.getTime().toString(36)}` };
const etagAt = (revision: number) => `"${revision}-${AT.getTime().toString(36)}"`;

/** A job as the service hands it out. */
const handleOf = (of: Job) => of as JobHandle;

const fakeTasks = () => ({
  addJob: vi.fn<TasksService['addJob']>(async () => handleOf(job)),
  getJob: vi.fn<TasksService['getJob']>(async () => handleOf(job)),
  why: vi.fn<TasksService['why']>(async () => why),
  getJobs: vi.fn<TasksService['getJobs']>(async () => ({
    items: [handleOf(job)],
    nextCursor: 'next',
  })),
  modifyJob: vi.fn<TasksService['modifyJob']>(async () => handleOf({ ...job, revision: 4 })),
  resetJob: vi.fn<TasksService['resetJob']>(async () => handleOf(job)),
  pauseJob: vi.fn<TasksService['pauseJob']>(async () => handleOf({ ...job, paused: true })),
  resumeJob: vi.fn<TasksService['resumeJob']>(async () => handleOf(job)),
  removeJob: vi.fn<TasksService['removeJob']>(async () => undefined),
  runJob: vi.fn<TasksService['runJob']>(async () => run),
  getRun: vi.fn<TasksService['getRun']>(async () => run),
  getRuns: vi.fn<TasksService['getRuns']>(async () => ({ items: [run], nextCursor: null })),
  getTasks: vi.fn<TasksService['getTasks']>(async () => [
    { name: 'Reports.daily', nodes: [node.id], schema: null, scope: 'cluster' },
  ]),
  getAttempts: vi.fn<TasksService['getAttempts']>(async () => [attempt]),
  getLines: vi.fn<TasksService['getLines']>(async () => [line]),
  cancelRun: vi.fn<TasksService['cancelRun']>(async () => run),
  retryRun: vi.fn<TasksService['retryRun']>(async () => ({ ...run, id: '8', retryOf: run.id })),
  start: vi.fn<TasksService['start']>(() => undefined),
  shutdown: vi.fn<TasksService['shutdown']>(async () => undefined),
  resign: vi.fn<TasksService['resign']>(async () => undefined),
  drain: vi.fn<TasksService['drain']>(async () => undefined),
  getNodes: vi.fn<TasksService['getNodes']>(async () => [
    node,
    { ...node, name: 'two', alive: false },
  ]),
  getLeader: vi.fn<TasksService['getLeader']>(async () => leader),
  getState: vi.fn<TasksService['getState']>(async () => ({
    paused: false,
    pauseReason: null,
    pausedSince: null,
    now: AT,
  })),
  pause: vi.fn<TasksService['pause']>(async () => undefined),
  resume: vi.fn<TasksService['resume']>(async () => undefined),
});

let app: INestApplication | undefined;
/** What is read for lists by the page. */
const fakeRuns = (): Partial<RunStore> => ({
  latestOf: async (jobs) => new Map(jobs.map((id) => [id, { runs: [run], brief: [] }])),
  openOf: async () => new Map(),
});

const fakeCluster = (): Partial<ClusterStore> => ({
  state: tasks.getState,
  leader: tasks.getLeader,
  nodes: tasks.getNodes,
  requests: async () => new Map(),
  note: async () => undefined,
  hasEnded: async () => false,
  endSession: async () => undefined,
});

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
          { provide: Clock, useClass: SystemClock },
          { provide: ChangeFeed, useValue: { since: vi.fn<ChangeFeed['since']>() } },
          { provide: RunStore, useValue: fakeRuns() },
          { provide: ClusterStore, useValue: fakeCluster() },
          { provide: Statistics, useValue: {} },
          { provide: JobStore, useValue: {} },
          { provide: TasksOptions, useValue: new TasksOptions() },
        ],
        exports: [
          TasksService,
          NodeStatus,
          Clock,
          ChangeFeed,
          RunStore,
          ClusterStore,
          Statistics,
          JobStore,
          TasksOptions,
        ],
      },
      TasksHealthModule,
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false, ...options }),
    ],
    providers: [{ provide: APP_FILTER, useClass: TasksErrorFilter }],
  })
    // What no test here asks for.
    .useMocker(() => ({}))
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
    const { id, name, version, roles, startedAt, heartbeatAt } = node;
    const brief = { id, name, version, roles, startedAt, heartbeatAt };
    const { nodeId, nodeName, fencingToken, acquiredAt, expiresAt } = leader;
    const holder = { nodeId, nodeName, fencingToken, acquiredAt, expiresAt };
    expect(body).toEqual(
      json({
        running: true,
        paused: false,
        pauseReason: null,
        pausedSince: null,
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
    expect(tasks.pause.mock.calls).toEqual([
      ['migration', ANONYMOUS],
      [null, ANONYMOUS],
    ]);
    expect(tasks.resume).toHaveBeenCalledOnce();
  });

  it('lists tasks, nodes and the leader', async () => {
    await call()
      .get('/scheduler/tasks')
      .expect(200, {
        items: [{ name: 'Reports.daily', nodes: [node.id], schema: null, scope: 'cluster' }],
      });
    const nodes = await call().get('/scheduler/nodes').expect(200);
    const { running: used, slots: total, ...rest } = node;
    const one = { ...rest, slots: { total, used, free: total - used } };
    expect(nodes.body).toEqual(json({ items: [one, { ...one, name: 'two', alive: false }] }));
    const answer = await call().get('/scheduler/leader').expect(200);
    expect(answer.body).toEqual(json(leader));
  });
});

describe('jobs', () => {
  it('are listed a hundred at a time, and filtered', async () => {
    const { body } = await call().get('/scheduler/jobs').expect(200);
    expect(body).toMatchObject({ items: [{ id: 'daily' }] });
    await call().get('/scheduler/jobs?limit=500&state=paused&tag=x&task=y&text=z');
    expect(tasks.getJobs.mock.calls).toEqual([
      [{ limit: 100 }],
      [{ limit: 500, state: 'paused', tag: 'x', task: 'y', text: 'z' }],
    ]);
  });

  it('are listed on by the cursor of a page, under its own filter only', async () => {
    const page = await call().get('/scheduler/jobs?tag=x&limit=1').expect(200);
    const { nextCursor: cursor } = page.body as { nextCursor: string };
    await call().get('/scheduler/jobs').query({ cursor, tag: 'x', limit: 2 }).expect(200);
    expect(tasks.getJobs.mock.lastCall).toEqual([{ tag: 'x', limit: 2, cursor: 'next' }]);
    const { body } = await call().get('/scheduler/jobs').query({ cursor, tag: 'y' }).expect(400);
    expect(body).toMatchObject({ code: 'cursor-mismatch', errors: [{ pointer: '/cursor' }] });
  });

  it('come with why and their last run where that is asked for', async () => {
    const { body } = await call().get('/scheduler/jobs?include=why,lastRun').expect(200);
    expect(body).toMatchObject({ items: [{ why: json(why), lastRun: { id: run.id } }] });
    await call().get('/scheduler/jobs?include=everything').expect(400);
    await call().get('/scheduler/jobs?include=why&limit=500').expect(422);
  });

  it('are created with a location and a revision', async () => {
    const answer = await call().post('/scheduler/jobs').send(newJob).expect(201);
    expect(answer.headers['location']).toBe('/scheduler/jobs/daily');
    expect(answer.headers['etag']).toBe(etagAt(3));
    expect(answer.body).toEqual(json(shown));
    expect(tasks.addJob.mock.lastCall).toMatchObject([
      { ...newJob, coalesce: 'latest' },
      { ...ANONYMOUS, conflict: 'error' },
    ]);
  });

  it('are shown and removed', async () => {
    const { body } = await call().get('/scheduler/jobs/daily').expect(200);
    const description = 'at 09:00 from Monday to Friday (Europe/Berlin)';
    expect(body).toEqual(json({ ...shown, why, description }));
    await call().delete('/scheduler/jobs/a%3Ab').expect(204, '');
    expect(tasks.removeJob).toHaveBeenCalledWith('a:b', ANONYMOUS);
  });

  it('are paused and resumed, a body being optional', async () => {
    const { body } = await call().post('/scheduler/jobs/daily/pause').expect(200);
    expect(body).toMatchObject({ paused: true });
    await call().post('/scheduler/jobs/daily/pause').send({ reason: ' broken ' }).expect(200);
    await call().post('/scheduler/jobs/daily/resume').expect(200);
    await call()
      .post('/scheduler/jobs/daily/pause')
      .set('X-Reason', 'f%C3%BCr%20heute')
      .send({ until: '2026-11-23T09:00:00+01:00' })
      .expect(200);
    await call().post('/scheduler/jobs/daily/resume').send({ misses: 'once' }).expect(200);
    expect(tasks.pauseJob.mock.calls).toEqual([
      ['daily', { reason: null, until: null }, ANONYMOUS],
      ['daily', { reason: 'broken', until: null }, ANONYMOUS],
      ['daily', { reason: null, until: AT }, { ...ANONYMOUS, reason: 'für heute' }],
    ]);
    expect(tasks.resumeJob.mock.calls).toEqual([
      ['daily', 'skip', ANONYMOUS],
      ['daily', 'once', ANONYMOUS],
    ]);
  });

  it('are changed under a condition, and the answer to an outdated one holds the job', async () => {
    const changed = await call()
      .patch('/scheduler/jobs/daily')
      .set('If-Match', '"3"')
      .send({ timeoutMs: 5 })
      .expect(200);
    expect(changed.headers['etag']).toBe(etagAt(4));
    expect(tasks.modifyJob).toHaveBeenCalledWith(
      'daily',
      { timeoutMs: 5 },
      { ...ANONYMOUS, ifRevision: 3 },
    );
    tasks.modifyJob.mockRejectedValue(new RevisionConflictError('daily', 2, 3));
    const outdated = await call()
      .patch('/scheduler/jobs/daily')
      .set('If-Match', '"2"')
      .send({ timeoutMs: 5 })
      .expect(412);
    expect(outdated.headers['etag']).toBe(etagAt(3));
    expect(outdated.body).toMatchObject({
      code: 'revision-conflict',
      currentRevision: 3,
      current: json(shown),
    });
  });

  it.each([
    ['W/"3"', 412],
    ['"three"', 412],
    ['3', 400],
    ['"3", "4"', 400],
    ['*', 200],
  ])('are not changed under the condition %s by mistake', async (tag, expected) => {
    await call()
      .patch('/scheduler/jobs/daily')
      .set('If-Match', tag)
      .send({ timeoutMs: 5 })
      .expect(expected);
    expect(tasks.modifyJob).toHaveBeenCalledTimes(expected === 200 ? 1 : 0);
  });

  it.each(['run', 'runs'])('are run by POST %s', async (path) => {
    const answer = await call().post(`/scheduler/jobs/daily/${path}`).expect(202);
    expect(answer.headers['location']).toBe('/scheduler/runs/9007199254740993');
    expect(answer.body).toMatchObject({ id: '9007199254740993', jobId: 'daily' });
    await call()
      .post(`/scheduler/jobs/daily/${path}`)
      .set('Idempotency-Key', 'k-1')
      .send({ payload: [1], overlap: 'allow' })
      .expect(202);
    expect(tasks.runJob.mock.calls).toEqual([
      ['daily', {}, ANONYMOUS],
      ['daily', { payload: [1], overlap: 'allow', idempotencyKey: 'k-1' }, ANONYMOUS],
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

describe('one run', () => {
  it('comes with its attempts where they are asked for', async () => {
    const { body } = await call().get('/scheduler/runs/7?include=attempts').expect(200);
    expect(body).toMatchObject({ attempts: [json(attempt)] });
    await call().get('/scheduler/runs/7?include=logs').expect(400);
  });

  it('has lines, and tells where to go on as long as there are more', async () => {
    const { body } = await call().get('/scheduler/runs/7/logs?after=4&limit=1').expect(200);
    expect(body).toEqual({ items: [json(line)], nextCursor: '5' });
    const asked = { after: '4', limit: 1, maxChars: 200_000 };
    expect(tasks.getLines).toHaveBeenCalledWith('7', asked);
    const last = await call().get('/scheduler/runs/7/logs').expect(200);
    expect(last.body).toMatchObject({ nextCursor: null });
  });

  it('is cancelled and repeated', async () => {
    await call().post('/scheduler/runs/7/cancel').set('X-Reason', 'stuck').expect(202);
    expect(tasks.cancelRun).toHaveBeenCalledWith('7', { ...ANONYMOUS, reason: 'stuck' });
    const repeated = await call().post('/scheduler/runs/7/retry').expect(202);
    expect(repeated.headers['location']).toBe('/scheduler/runs/8');
    expect(repeated.body).toMatchObject({ id: '8', retryOf: run.id });
    tasks.cancelRun.mockRejectedValue(new WrongStateError('Run 7 has ended.'));
    await call().post('/scheduler/runs/7/cancel').expect(409);
  });
});

describe('this node and the others', () => {
  it('are started, shut down, drained, and made to resign', async () => {
    await call().post('/scheduler/start').expect(204);
    await call().post('/scheduler/shutdown').expect(204);
    await call().post('/scheduler/shutdown').send({ wait: false }).expect(204);
    expect(tasks.shutdown.mock.calls).toEqual([
      [{ wait: true }, ANONYMOUS],
      [{ wait: false }, ANONYMOUS],
    ]);
    await call().post(`/scheduler/nodes/${node.id}/drain`).expect(204);
    await call().post(`/scheduler/nodes/${node.id}/drain`).send({ drain: false }).expect(204);
    expect(tasks.drain.mock.calls).toEqual([
      [node.id, true, ANONYMOUS],
      [node.id, false, ANONYMOUS],
    ]);
    await call().post('/scheduler/leader/resign').set('X-Reason', 'deploy').expect(204);
    expect(tasks.resign).toHaveBeenCalledWith({ ...ANONYMOUS, reason: 'deploy' });
  });

  it('refuse what does not fit their state', async () => {
    tasks.start.mockImplementation(() => {
      throw new WrongStateError('The node is at work already.');
    });
    const { body } = await call().post('/scheduler/start').expect(409);
    expect(body).toMatchObject({ code: 'wrong-state' });
    tasks.drain.mockRejectedValue(new NodeNotFoundError('x'));
    await call().post('/scheduler/nodes/x/drain').expect(404);
  });

  it('tell their own part while the node is shut down', async () => {
    tasks.getState.mockRejectedValue(new UnavailableError('the node stops'));
    await call().get('/scheduler').expect(503);
    status.running = false;
    const { body } = await call().get('/scheduler').expect(200);
    expect(body).toMatchObject({ running: false, paused: null, nodes: [], node: { name: 'one' } });
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
    [new RevisionConflictError('x', 1, 2), 409],
    [new WrongStateError('Run 7 has ended.'), 409],
    [new NodeNotFoundError('x'), 404],
    [new IdempotencyConflictError('k'), 422],
    [new UnknownTaskError('t', ['u']), 422],
    [new InvalidInputError('The job', [{ pointer: '/trigger', message: 'never fires' }]), 422],
    [new UnavailableError('connection refused'), 503],
    [new NodesSilentError(['one'], 'The task "x"'), 503],
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

  it('is ready but degraded, naming each task that no live worker knows', async () => {
    status.unknownTasks = ['Reports.daily', 'Gone.away'];
    const { body } = await call().get('/health/ready').expect(200);
    expect(body).toMatchObject({
      status: 'degraded',
      details: {
        scheduler: {
          status: 'up',
          degraded: ['no live worker knows Reports.daily', 'no live worker knows Gone.away'],
        },
      },
    });
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
  const ROLES = ['viewer', 'operator', 'admin'] as const;
  const closed = { production: true, host: '0.0.0.0', keys: ROLES.map(keyOf) };
  const bearer = (role: string) => ({ Authorization: `Bearer ${role}-key` });

  const reopen = async (options: Partial<TasksHttpOptions>) => {
    await app?.close();
    await serve(options);
  };

  it('is by key and role, and says what is missing', async () => {
    await reopen(closed);
    const anonymous = await call().post('/scheduler/pause').expect(401);
    expect(anonymous.headers['www-authenticate']).toBe('Bearer realm="carillon"');
    expect(anonymous.body).toMatchObject({ code: 'unauthorized' });
    const { body } = await call().post('/scheduler/pause').set(bearer('viewer')).expect(403);
    expect(body).toMatchObject({ code: 'role-too-low' });
    await call().post('/scheduler/pause').set(bearer('operator')).expect(204);
    expect(tasks.pause.mock.calls).toEqual([[null, { actor: 'operator' }]]);
  });

  it('lets an operator do to many jobs only what he may do to one', async () => {
    await reopen(closed);
    const bulk = (action: string, role: string) =>
      call()
        .post('/scheduler/jobs/bulk')
        .set(bearer(role))
        .send({ action, ids: ['daily'] });
    await bulk('pause', 'operator').expect(200);
    await bulk('remove', 'operator').expect(403);
    expect(tasks.removeJob).not.toHaveBeenCalled();
    await bulk('remove', 'admin').expect(200);
  });

  it('gives a session for a key, by a cookie that only this server reads', async () => {
    await reopen(closed);
    const begun = await call()
      .post('/scheduler/session')
      .set({ Host: 'ops.example', Origin: 'https://ops.example' })
      .send({ key: 'operator-key' })
      .expect(200);
    expect(begun.body).toMatchObject({ name: 'operator', role: 'operator' });
    const [given = ''] = begun.headers['set-cookie'] as unknown as string[];
    expect(given).toMatch(
      /^carillon_session=[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    const [cookie = ''] = given.split(';');
    await call().get('/scheduler').set('Cookie', cookie).expect(200);
    await call().post('/scheduler/pause').set('Cookie', cookie).expect(403);
    await call()
      .post('/scheduler/pause')
      .set({ Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' })
      .expect(204);
    expect(tasks.pause).toHaveBeenCalledExactlyOnceWith(null, { actor: 'operator' });
    await call().get('/scheduler').set('Cookie', `${cookie}x`).expect(401);
    const ended = await call().delete('/scheduler/session').expect(204);
    expect(ended.headers['set-cookie']?.[0]).toContain('Max-Age=0');
  });

  it('does not listen for a while to wrong keys of an address that has tried many', async () => {
    await reopen(closed);
    const guess = () => call().get('/scheduler').set('Authorization', 'Bearer guess');
    for (let n = 0; n < 20; n++) await guess().expect(401);
    const { headers, body } = await guess().expect(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(50);
    expect(body).toMatchObject({ code: 'too-many-attempts' });
    await call().post('/scheduler/session').send({ key: 'guess' }).expect(429);
    await call().post('/scheduler/session').send({ key: 'admin-key' }).expect(200);
    await call().get('/scheduler').set('Authorization', 'Bearer admin-key').expect(200);
  });

  it('is decided by the guards of the host where there are some', async () => {
    class HostGuard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const { headers } = context.switchToHttp().getRequest<{ headers: { badge?: string } }>();
        return headers.badge !== undefined;
      }
    }
    await reopen({
      ...closed,
      guards: [HostGuard],
      caller: (request) => ({
        name: (request as { headers: { badge: string } }).headers.badge,
        role: 'operator',
      }),
    });
    await call().post('/scheduler/pause').set(bearer('admin')).expect(403);
    await call().post('/scheduler/pause').set('Badge', 'eve').expect(204);
    expect(tasks.pause).toHaveBeenCalledWith(null, { actor: 'eve' });
    await call().delete('/scheduler/jobs/daily').set('Badge', 'eve').expect(403);
    await call().post('/scheduler/pause').set('Badge', 'eve').type('form').send('x=1').expect(415);
  });

  it('hides secrets from viewers, and from nobody else', async () => {
    const secret = { ...job, payload: { user: 'team', password: 'hunter2' } };
    tasks.getJob.mockResolvedValue(handleOf(secret));
    const failed = { ...run, error: { name: 'Error', message: 'refused: token=abc, retry later' } };
    tasks.getRun.mockResolvedValue(failed);
    await reopen(closed);
    const seen = await call().get('/scheduler/jobs/daily').set(bearer('viewer')).expect(200);
    expect(seen.body).toMatchObject({ payload: { user: 'team', password: '[redacted]' } });
    const told = await call().get('/scheduler/runs/1').set(bearer('viewer')).expect(200);
    expect(told.body).toMatchObject({
      error: { message: 'refused: token=[redacted], retry later' },
      fencingToken: 4,
    });
    const whole = await call().get('/scheduler/jobs/daily').set(bearer('admin')).expect(200);
    expect(whole.body).toMatchObject({ payload: { password: 'hunter2' } });
  });

  it('gives every answer, the refused ones too, headers that keep browsers from misusing it', async () => {
    await reopen(closed);
    for (const role of ['nobody', 'viewer']) {
      const { headers } = await call().get('/scheduler').set(bearer(role));
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
      });
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
