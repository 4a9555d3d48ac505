import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob, minutes } from '../support/builders.js';
import { until } from '../support/until.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  lead,
  planDue,
  run,
  runsOf,
} from './scenes.js';
import { LEASE_MS, type TestNode } from './test-store.js';

/** What only a database shows in which others have begun something and not yet ended it. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let north: TestNode;
let token: number;
let other: pg.Client;

beforeEach(async () => {
  store = await makeStore();
  north = await aNodeAtWork(store, 'north');
  token = await lead(north);
  other = new pg.Client({ connectionString: store.url });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await store.close();
});

/** Somebody else's transaction, which stays open until `commit`. */
const begin = async (...statements: readonly string[]) => {
  await other.query('BEGIN');
  await other.query(`SET LOCAL search_path TO ${store.schema.quoted}`);
  for (const statement of statements) await other.query(statement);
};
const commit = () => other.query('COMMIT');

/** Resolves once a connection of ours waits for a lock. */
const someoneWaits = () =>
  until('a wait for a lock', async () => {
    const waiting = await store.query(
      `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
         AND datname = current_database() AND starts_with(application_name, $1)`,
      [`${store.schema.name}:`],
    );
    return waiting.length > 0;
  });

describe('a fire', () => {
  it('that waits for a takeover in flight finds itself fenced', async () => {
    await aDueJobIn(store, 'report');
    const fires = await planDue(store, north);
    await begin(`UPDATE leader_lock SET fencing_token = fencing_token + 1`);
    const fired = north.fires.fire(token, 0, fires);
    await someoneWaits();
    await commit();
    expect(await fired).toMatchObject({ led: false, moved: new Set(), pending: 0 });
    expect(await runsOf(store, 'report')).toEqual([]);
  });

  it('that waits for a pause in flight finds the cluster paused', async () => {
    await aDueJobIn(store, 'report');
    const fires = await planDue(store, north);
    await begin(
      `SELECT 1 FROM leader_lock FOR UPDATE`,
      `UPDATE leader_lock SET paused = true, pauses = pauses + 1`,
    );
    const fired = north.fires.fire(token, 0, fires);
    await someoneWaits();
    await commit();
    expect(await fired).toMatchObject({ led: false, moved: new Set() });
  });

  it('leaves out a plan that somebody’s transaction holds, and does not wait for it', async () => {
    await store.jobs.add(aJob('free'), 'api');
    await aDueJobIn(store, 'held');
    store.advance(minutes(1));
    const fires = await planDue(store, north);
    await begin(`SELECT 1 FROM job_plans WHERE job_id = 'held' FOR UPDATE`);
    expect(await north.fires.fire(token, 0, fires)).toMatchObject({
      led: true,
      moved: new Set(['free']),
    });
    await commit();
    expect((await north.fires.fire(token, 0, fires)).moved).toEqual(new Set(['held']));
  });

  it('leaves out a job that ends and whose row somebody’s transaction holds', async () => {
    const trigger = { type: 'date', at: new Date(Date.now() + minutes(1)).toISOString() } as const;
    await store.jobs.add(aJob('once', { trigger }), 'api');
    store.advance(minutes(2));
    const fires = await planDue(store, north);
    await begin(`SELECT 1 FROM jobs WHERE id = 'once' FOR UPDATE`);
    expect(await north.fires.fire(token, 0, fires)).toMatchObject({ moved: new Set() });
    await commit();
    expect((await north.fires.fire(token, 0, fires)).moved).toEqual(new Set(['once']));
  });

  it('does not hold up a renewal, but a takeover waits for it', async () => {
    await begin(`SELECT 1 FROM leader_lock FOR KEY SHARE`);
    expect(await north.lock.renew({ fencingToken: token, hinted: false })).toBe(true);
    store.advance(LEASE_MS + 1);
    const takenOver = store.node('south').lock.takeOver(token, false);
    await someoneWaits();
    await commit();
    expect(await takenOver).toMatchObject({ fencingToken: token + 1 });
  });

  it('is waited for by a pause of the cluster', async () => {
    await begin(`SELECT 1 FROM leader_lock FOR KEY SHARE`);
    const paused = store.cluster.pause(null);
    await someoneWaits();
    await commit();
    await paused;
    expect((await store.cluster.state()).paused).toBe(true);
  });

  it('is waited for by a change of its job, which then sees what it did', async () => {
    await aDueJobIn(store, 'report');
    const at = (await store.jobs.get('report'))?.nextFireAt?.toISOString();
    await begin(
      `UPDATE job_plans SET next_fire_at = now() + interval '1 day', last_fire_at = '${at}'`,
      `INSERT INTO runs (job_id, task, fire_at, run_at, cause, state, queued, created_at)
       VALUES ('report', 'Reports.daily', '${at}', '${at}', 'fired', 'pending', true, now())`,
    );
    const paused = store.jobs.pause('report');
    await someoneWaits();
    await commit();
    await paused;
    expect(await runsOf(store, 'report')).toMatchObject([{ state: 'pending', reason: null }]);
    expect(await claim(north, 1)).toEqual([]);
  });
});

describe('a claim', () => {
  it('that waits for a pause in flight takes nothing', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await store.jobs.runNow('report', {});
    await begin(`SELECT 1 FROM leader_lock FOR UPDATE`, `UPDATE leader_lock SET paused = true`);
    const claimed = claim(north, 1);
    await someoneWaits();
    await commit();
    expect(await claimed).toEqual([]);
  });

  it('passes over a run that somebody’s transaction holds', async () => {
    await store.jobs.add(aJob('report', { overlap: 'allow' }), 'api');
    const held = await store.jobs.runNow('report', {});
    const free = await store.jobs.runNow('report', {});
    await begin(`SELECT 1 FROM runs WHERE id = ${held.id} FOR UPDATE`);
    const claimed = await claim(north, 2);
    expect(claimed.map(({ runId }) => runId)).toEqual([free.id]);
    await commit();
  });

  it('in flight is waited for by a pause of the job, which then lets it run', async () => {
    await aDueJobIn(store, 'report');
    await north.fires.fire(token, 0, await planDue(store, north));
    await begin(
      `UPDATE runs SET state = 'running', queued = false, attempt = 1, node_id = '${north.id}'`,
    );
    const paused = store.jobs.pause('report');
    await someoneWaits();
    await commit();
    await paused;
    expect(await runsOf(store, 'report')).toMatchObject([{ state: 'running' }]);
  });
});

describe('a claim that is given back', () => {
  /** Runs that were fired, not asked for: these a pause holds. */
  const aFiredClaim = async () => {
    await aDueJobIn(store, 'report');
    await north.fires.fire(token, 0, await planDue(store, north));
    return claim(north, 1);
  };

  it('while its job is being paused is given back at the next try, and then held', async () => {
    const claimed = await aFiredClaim();
    await begin(
      `UPDATE jobs SET paused = true, state = 'paused', revision = revision + 1`,
      `UPDATE job_plans SET next_fire_at = NULL, revision = revision + 1`,
    );
    await north.queue.giveBack(claimed);
    expect(await run(store, claimed[0]!.runId)).toMatchObject({ state: 'running' });
    await commit();
    await north.queue.giveBack(claimed);
    expect(await run(store, claimed[0]!.runId)).toMatchObject({ state: 'pending' });
    expect(await claim(north, 1)).toEqual([]);
  });

  it('while its job is being removed is cancelled at the next try', async () => {
    const claimed = await aFiredClaim();
    await begin(
      `SELECT 1 FROM jobs FOR UPDATE`,
      `SELECT 1 FROM job_plans FOR NO KEY UPDATE`,
      `DELETE FROM jobs`,
    );
    await north.queue.giveBack(claimed);
    expect(await run(store, claimed[0]!.runId)).toMatchObject({ state: 'running' });
    await commit();
    await north.queue.giveBack(claimed);
    expect(await run(store, claimed[0]!.runId)).toMatchObject({ state: 'cancelled' });
  });
});

describe('an outcome', () => {
  it('that comes while its run is being settled comes again, and is refused', async () => {
    const { runId, attempt } = await aRunningRun(store, north);
    await begin(`UPDATE runs SET state = 'abandoned', finished_at = now()`);
    const finish = () => north.queue.finish([{ runId, attempt, state: 'succeeded' }]);
    expect(await finish()).toEqual([{ runId, attempt, held: true }]);
    await commit();
    expect(await finish()).toEqual([]);
    expect(await run(store, runId)).toMatchObject({ state: 'abandoned' });
  });
});

describe('a run asked for by hand', () => {
  it('that waits for another one counts it', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await begin(
      `UPDATE job_plans SET inserts = inserts + 1`,
      `INSERT INTO runs (job_id, task, fire_at, run_at, cause, state, queued, created_at)
       VALUES ('report', 'Reports.daily', now(), now(), 'manual', 'pending', true, now())`,
    );
    const asked = store.jobs.runNow('report', {});
    asked.catch(() => undefined);
    await someoneWaits();
    await commit();
    await expect(asked).rejects.toThrow('is still running');
  });
});
