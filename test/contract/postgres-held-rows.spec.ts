import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob, minutes } from '../support/builders.js';
import {
  obstaclesOf,
  selectObstacles,
  type StoredObstacles,
} from '../../src/tasks/store/postgres/cluster/read-obstacles.js';
import { holdRows, type Holder } from './hold-rows.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  fireDue,
  lead,
  planDue,
  run,
  runsOf,
} from './scenes.js';
import { until } from '../support/until.js';
import { DEAD_AFTER_MS, type TestNode } from './test-store.js';

/** Somebody's transaction holds one row and stays open: nobody else waits for it. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let north: TestNode;
let token: number;
let holder: Holder | null = null;

beforeEach(async () => {
  store = await makeStore();
  north = await aNodeAtWork(store, 'north');
  token = await lead(north);
});
afterEach(async () => {
  await holder?.release();
  holder = null;
  await store.close();
});

const hold = async (table: string, id: string, column = 'id') => {
  holder = await holdRows(
    store,
    `SELECT 1 FROM ${store.schema.quoted}.${table} WHERE ${column} = '${id}'`,
  );
};

describe('whoever has locked the table of the pauses', () => {
  const lockPauses = async () => {
    const { quoted } = store.schema;
    holder = await holdRows(store, `SELECT FROM ${quoted}.jobs WHERE false`);
    await holder.query(`LOCK TABLE ${quoted}.cluster_pauses`);
  };

  const fires = async () => {
    const planned = await planDue(store, north);
    await lockPauses();
    const { jobs, pauses } = await north.fires.due(0, 10);
    expect(jobs.map(({ jobId }) => jobId)).toEqual(['report']);
    return north.fires.fire(token, pauses.count, planned);
  };

  it('keeps no job from firing where the cluster was never paused', async () => {
    await aDueJobIn(store, 'report');
    expect(await fires()).toMatchObject({ led: true, pending: 1 });
  });

  it('keeps none either where it was, once the pauses are known', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await store.cluster.pause(null);
    store.advance(1_000);
    await store.cluster.resume();
    store.advance(minutes(1));
    expect(await fires()).toMatchObject({ led: true, pending: 1 });
  });
});

describe('whoever holds rows', () => {
  const obstacles = async (longMs: number) => {
    const select = selectObstacles(store.schema, { longMs, vacuumMs: longMs });
    const [row] = await store.query<{ obstacles: StoredObstacles }>(select);
    return obstaclesOf(row!.obstacles);
  };

  it('is named once he has for long, as is what keeps vacuum from its work', async () => {
    await store.jobs.add(aJob('one'), 'api');
    expect((await obstacles(0)).transactions).toEqual([]);
    await hold('jobs', 'one');
    await holder!.query("SET application_name = 'psql of ada'");
    expect(await obstacles(600_000)).toEqual({ vacuum: null, transactions: [] });
    const { transactions, vacuum } = await obstacles(0);
    expect(transactions).toMatchObject([{ application: 'psql of ada', name: null }]);
    expect(transactions[0]!.pid).toBeGreaterThan(0);
    expect(vacuum).not.toBeNull();
  });
});

describe('a held run', () => {
  it('keeps its own outcome waiting, and no other of the batch', async () => {
    const one = await aRunningRun(store, north, 'one');
    const two = await aRunningRun(store, north, 'two');
    await hold('runs', one.runId);
    const outcomes = [one, two].map(
      ({ runId, attempt }) => ({ runId, attempt, state: 'succeeded' }) as const,
    );
    const answers = await north.queue.finish(outcomes);
    expect(answers).toContainEqual({ runId: one.runId, attempt: 1, held: true });
    expect(await run(store, two.runId)).toMatchObject({ state: 'succeeded' });
    await holder!.release();
    expect(await north.queue.finish(outcomes.slice(0, 1))).toMatchObject([{ runId: one.runId }]);
    expect(await run(store, one.runId)).toMatchObject({ state: 'succeeded' });
  });

  it('is answered as written when its first statement was only slow', async () => {
    const { runId, attempt } = await aRunningRun(store, north);
    holder = await holdRows(store, 'SELECT 1 WHERE false');
    await holder.query(
      `UPDATE ${store.schema.quoted}.runs SET state = 'succeeded', finished_at = now() WHERE id = $1`,
      [runId],
    );
    const again = () => north.queue.finish([{ runId, attempt, state: 'succeeded' }]);
    expect(await again()).toEqual([{ runId, attempt, held: true }]);
    await holder.query('COMMIT');
    expect(await again()).toMatchObject([{ runId, attempt, nextFireAt: expect.any(Date) as Date }]);
  });

  it('keeps its own retry and giving back waiting, and no others; progress is told all the same', async () => {
    const one = await aRunningRun(store, north, 'one');
    const two = await aRunningRun(store, north, 'two');
    await hold('runs', one.runId);
    const progress = { percent: 50, note: null };
    await north.queue.report(
      [],
      [one, two].map(({ runId, attempt }) => ({ runId, attempt, progress })),
    );
    expect(await run(store, one.runId)).toMatchObject({ progress });
    expect(await run(store, two.runId)).toMatchObject({ progress });
    const failed = [one, two].map(
      ({ runId, attempt }) => ({ runId, attempt, state: 'failed', retryInMs: 0 }) as const,
    );
    expect(await north.queue.finish(failed)).toContainEqual({
      runId: one.runId,
      attempt: 1,
      held: true,
    });
    expect(await run(store, two.runId)).toMatchObject({ state: 'pending' });
    expect(await north.queue.giveBack([one])).toBe(0);
    expect(await run(store, one.runId)).toMatchObject({ state: 'running' });
    await holder!.release();
    expect(await north.queue.giveBack([one])).toBe(1);
    expect(await run(store, one.runId)).toMatchObject({ state: 'pending' });
  });

  it('is told of as held when its handler has ended at last', async () => {
    const one = await aRunningRun(store, north, 'one');
    const two = await aRunningRun(store, north, 'two');
    await north.queue.finish(
      [one, two].map(({ runId, attempt }) => ({
        runId,
        attempt,
        state: 'timed-out',
        handlerAlive: true,
      })),
    );
    await hold('runs', one.runId);
    expect(await north.queue.returned([one, two])).toEqual([{ runId: one.runId, attempt: 1 }]);
    expect(await run(store, two.runId)).toMatchObject({ handlerAlive: false });
  });
});

describe('a run that has to give way and is held', () => {
  const displacing = { overlap: 'cancel-previous', maxInstances: 1 } as const;

  it('leaves its job out of the fire whole, and no other', async () => {
    await aDueJobIn(store, 'held', displacing);
    await fireDue(store, north, token);
    await north.roster.beat();
    const [held] = await claim(north, 1);
    await store.jobs.add(aJob('free', { trigger: { type: 'interval', seconds: 1 } }), 'api');
    store.advance(minutes(2));
    await north.roster.beat();
    await hold('runs', held!.runId);
    const fires = await planDue(store, north);
    expect(fires.map(({ job }) => job.jobId).toSorted()).toEqual(['free', 'held']);
    const fired = await north.fires.fire(token, 0, fires);
    expect([...fired.moved]).toEqual(['free']);
    expect(await run(store, held!.runId)).toMatchObject({ cancelRequestedAt: null });
    expect(await runsOf(store, 'held')).toHaveLength(1);
    await holder!.release();
    const again = await north.fires.fire(token, 0, await planDue(store, north));
    expect([...again.moved]).toEqual(['held']);
    expect((await run(store, held!.runId))?.cancelRequestedAt).not.toBeNull();
  });
});

describe('a run that is asked for and displaces one that is held', () => {
  it.each([
    ['that runs', undefined, 'running'],
    ['whose handler outlived its time', { state: 'timed-out', handlerAlive: true }, 'timed-out'],
  ] as const)('waits for one %s in the database, not in a circle', async (_, outcome, state) => {
    const { runId, attempt } = await aRunningRun(store, north, 'report');
    if (outcome !== undefined) await north.queue.finish([{ runId, attempt, ...outcome }]);
    expect(await run(store, runId)).toMatchObject({ state });
    await hold('runs', runId);
    const asked = store.jobs.runNow('report', { overlap: 'cancel-previous' });
    await until('a session that waits for the row', () => holder!.blocks());
    await holder!.release();
    expect(await asked).toMatchObject({ state: 'pending', held: 'buffered' });
  });
});

describe('a node whose row is held', () => {
  it('is told of as held once it is silent, and is spared when it is named as alive', async () => {
    const south = await aNodeAtWork(store, 'south');
    const { runId } = await aRunningRun(store, south);
    expect((await north.fires.atWork()).nodes).toMatchObject([
      { nodeId: south.id, isGone: false, isHeld: false },
    ]);
    await hold('nodes', south.id);
    store.advance(DEAD_AFTER_MS + 1_000);
    await north.roster.beat();
    const { nodes, ownSilenceMs } = await north.fires.atWork();
    expect(nodes).toMatchObject([{ nodeId: south.id, isHeld: true }]);
    expect(ownSilenceMs).toBeLessThan(5_000);
    await north.fires.settle(token, [south.id]);
    expect(await run(store, runId)).toMatchObject({ state: 'running' });
    await holder!.release();
    expect((await north.fires.atWork()).nodes).toMatchObject([{ isHeld: false }]);
    await north.fires.settle(token);
    expect(await run(store, runId)).toMatchObject({ state: 'abandoned' });
  });

  it('gives a sign of life with its outcomes and claims, which do not wait for the row', async () => {
    const south = await aNodeAtWork(store, 'south');
    const { runId, attempt } = await aRunningRun(store, south);
    const sign = async () => (await north.fires.atWork()).nodes[0]?.sign;
    await aRunningRun(store, south, 'goes-on');
    const before = await sign();
    store.advance(DEAD_AFTER_MS / 2);
    await hold('nodes', south.id);
    await claim(south, 1);
    expect(await sign()).toBe(before);
    await holder!.release();
    await south.queue.finish([{ runId, attempt, state: 'succeeded' }]);
    expect(await sign()).not.toBe(before);
  });
});

describe('a batch with an outcome that cannot be stored', () => {
  it('is refused with a code that says whose fault it is', async () => {
    const { runId, attempt } = await aRunningRun(store, north);
    const result = 'half of a pair: \ud800';
    await expect(
      north.queue.finish([{ runId, attempt, state: 'succeeded', result }]),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^22/) as string });
  });
});
