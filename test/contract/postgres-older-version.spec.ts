import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { jobPolicySchema } from '../../src/tasks/domain/job.js';
import { aJob, later, minutes, TASK } from '../support/builders.js';
import { migrateToVersionOne, VersionOneNode } from './fixtures/version-1.js';
import { neighbourOf, postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, claim, fireDue, lead, runsOf } from './scenes.js';
import type { TestNode } from './test-store.js';

const makeStore = postgresStores();
const SCHEMA = new SchemaName('neighbour');

let base: PostgresTestStore;
let store: PostgresTestStore;
let old: VersionOneNode;
let node: TestNode;
let token: number;
/** When what the old one has made fires first: a little ago. */
let firstAt: Date;

/** The old version makes its tables and works on them; then ours starts beside it. */
beforeEach(async () => {
  base = await makeStore();
  await base.query(`DROP SCHEMA IF EXISTS ${SCHEMA.quoted} CASCADE`);
  await migrateToVersionOne(base.url, SCHEMA);
  old = new VersionOneNode((sql, params) => base.query(sql, params), SCHEMA);
  const [row] = await base.query<{ now: Date }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`,
  );
  firstAt = later(row!.now, -1_000);
  await old.register([TASK]);
  await old.add('made-before', TASK, firstAt);
  await old.add('paused-before', TASK, firstAt);
  await old.pause('paused-before');
  store = await neighbourOf(base);
  node = await aNodeAtWork(store);
  token = await lead(node);
});
afterEach(async () => {
  await store.close();
  await base.close();
});

const states = async (job: string) => (await runsOf(store, job)).map(({ state }) => state);

describe('a job that the version before has made', () => {
  it('has the defaults of what that did not know', async () => {
    const { timeoutMs, retry, maxRuns, onCrash, bufferLimit } = jobPolicySchema.parse({});
    expect(await store.jobs.get('made-before')).toMatchObject({
      timeoutMs,
      retry,
      maxRuns,
      onCrash,
      bufferLimit,
      state: 'active',
      nextFireAt: firstAt,
    });
  });

  it('is fired by ours, and claimed and finished by the old one', async () => {
    await fireDue(store, node, token);
    const [run] = await old.claim([TASK]);
    await old.finish(run!.id, run!.attempt);
    expect(await states('made-before')).toEqual(['succeeded']);
  });

  it('stays paused, and is resumed by ours from now on', async () => {
    expect(await store.jobs.get('paused-before')).toMatchObject({
      paused: true,
      pauseReason: 'by the old one',
    });
    const { nextFireAt } = await store.jobs.resume('paused-before');
    expect(nextFireAt).toEqual(later(firstAt, minutes(1)));
  });
});

describe('a node of the version before, beside ours', () => {
  it('fires each fire time once with it, whichever of them does', async () => {
    const next = later(firstAt, minutes(1));
    const both = await Promise.all([
      old.fire(token, 'made-before', TASK, next),
      fireDue(store, node, token).then(({ moved }) => moved.has('made-before')),
    ]);
    expect(both).toContain(true);
    const runs = await runsOf(store, 'made-before');
    // Where ours was first, the old one may have fired the next one: what is due it decides elsewhere.
    expect(runs.filter(({ fireAt }) => fireAt.getTime() === firstAt.getTime())).toHaveLength(1);
    expect(new Set(runs.map(({ fireAt }) => fireAt.getTime())).size).toBe(runs.length);
  });

  it('fires a job of ours, which ours runs', async () => {
    const { nextFireAt } = (await store.jobs.add(aJob('ours'), 'api')).job;
    expect(await old.fire(token, 'ours', TASK, later(nextFireAt!, minutes(1)))).toBe(true);
    store.advance(minutes(1));
    await node.roster.beat();
    const [run] = await claim(node, 1);
    await node.queue.finish([{ runId: run!.runId, attempt: run!.attempt, state: 'succeeded' }]);
    expect(await states('ours')).toEqual(['succeeded']);
  });

  it('fires nothing once the lead has changed hands', async () => {
    const next = later(firstAt, minutes(1));
    await node.lock.resign(token);
    expect(await old.fire(token, 'made-before', TASK, next)).toBe(false);
    expect(await runsOf(store, 'made-before')).toEqual([]);
  });

  it('keeps ours from firing what it pauses, and its runs wait', async () => {
    await fireDue(store, node, token);
    await old.pause('made-before');
    expect(await claim(node, 10)).toEqual([]);
    store.advance(minutes(5));
    await node.roster.beat();
    expect((await fireDue(store, node, token)).moved.has('made-before')).toBe(false);
    await store.jobs.resume('made-before');
    expect(await claim(node, 10)).toMatchObject([{ jobId: 'made-before' }]);
  });
});
