import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewJob } from '../../src/tasks/domain/job.js';
import { later, minutes } from '../support/builders.js';
import { InFlight } from './in-flight.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, aRunningRun, clockOf, fireDue, lead, planDue, runsOf } from './scenes.js';
import type { TestNode } from './test-store.js';

/** What becomes of overlap where somebody else has begun something and not yet ended it. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let north: TestNode;
let token: number;
let other: InFlight;

beforeEach(async () => {
  store = await makeStore();
  north = await aNodeAtWork(store, 'north');
  token = await lead(north);
  other = await InFlight.beside(store);
});
afterEach(async () => {
  await other.end();
  await store.close();
});

const fates = async () =>
  (await runsOf(store, 'report')).map(({ state, reason, held }) => reason ?? held ?? state);
const CLAIM = `UPDATE runs SET state = 'running', queued = false, attempt = attempt + 1`;

describe('a fire', () => {
  const aWaitingRetry = async (job: Partial<NewJob>) => {
    const { runId } = await aRunningRun(store, north, 'report', job);
    store.advance(minutes(1));
    await north.roster.beat();
    const runAt = later(await clockOf(store), minutes(1));
    await store.amend(runId, { state: 'pending', attempt: 1, runAt });
    return runId;
  };

  it('counts a retry that is claimed in the moment in which it was to give way', async () => {
    await aWaitingRetry({});
    const fires = await planDue(store, north);
    await other.begin(CLAIM);
    expect((await north.fires.fire(token, 0, fires)).moved).toEqual(new Set());
    await other.commit();
    expect(await north.fires.fire(token, 0, fires)).toMatchObject({
      moved: new Set(['report']),
      pending: 0,
    });
    expect(await fates()).toEqual(['running', 'overlapped']);
  });

  it('lets its run wait behind such a retry under `cancel-previous`', async () => {
    await aWaitingRetry({ overlap: 'cancel-previous' });
    const fires = await planDue(store, north);
    await other.begin(CLAIM);
    expect((await north.fires.fire(token, 0, fires)).moved).toEqual(new Set());
    await other.commit();
    expect(await north.fires.fire(token, 0, fires)).toMatchObject({ pending: 0 });
    expect(await fates()).toEqual(['running', 'buffered']);
  });

  it('asks a run to end that is claimed in the moment in which it was to be cancelled', async () => {
    const { runId } = await aRunningRun(store, north, 'report', { overlap: 'cancel-previous' });
    await store.amend(runId, { state: 'pending' });
    store.advance(minutes(1));
    const fires = await planDue(store, north);
    await other.begin(CLAIM);
    expect((await north.fires.fire(token, 0, fires)).moved).toEqual(new Set());
    await other.commit();
    expect(await north.fires.fire(token, 0, fires)).toMatchObject({ pending: 0 });
    const [before, after] = await runsOf(store, 'report');
    expect(before).toMatchObject({
      state: 'running',
      cancelRequestedAt: expect.any(Date) as Date,
    });
    expect(after).toMatchObject({ held: 'buffered' });
  });
});

describe('a release', () => {
  const aWaitingRun = async () => {
    const { runId, attempt } = await aRunningRun(store, north, 'report', { overlap: 'buffer-all' });
    store.advance(minutes(1));
    await north.roster.beat();
    await fireDue(store, north, token);
    await north.queue.finish([{ runId, attempt, state: 'succeeded' }]);
  };

  it('leaves a job whose plan somebody holds, and takes it later', async () => {
    await aWaitingRun();
    await other.begin(`SELECT 1 FROM job_plans FOR NO KEY UPDATE`);
    expect(await north.fires.release(token)).toBe(0);
    await other.commit();
    expect(await north.fires.release(token)).toBe(1);
  });

  it('that has not seen a run asked for by hand releases nothing beside it', async () => {
    await aWaitingRun();
    await other.begin(`SELECT 1 FROM leader_lock FOR UPDATE`);
    const released = north.fires.release(token);
    await other.someoneWaits();
    await other.and(
      `UPDATE job_plans SET inserts = inserts + 1`,
      `INSERT INTO runs (job_id, task, fire_at, run_at, cause, state, queued, created_at)
       VALUES ('report', 'Reports.daily', now(), now(), 'manual', 'pending', true, now())`,
    );
    await other.commit();
    expect(await released).toBe(0);
    expect(await fates()).toEqual(['succeeded', 'buffered', 'pending']);
  });

  it('that has not seen a pause of the job releases nothing', async () => {
    await aWaitingRun();
    await other.begin(`SELECT 1 FROM leader_lock FOR UPDATE`);
    const released = north.fires.release(token);
    await other.someoneWaits();
    await other.and(
      `UPDATE jobs SET paused = true, state = 'paused', revision = revision + 1`,
      `UPDATE job_plans SET next_fire_at = NULL, revision = revision + 1`,
    );
    await other.commit();
    expect(await released).toBe(0);
  });

  it('that waits for a takeover in flight releases nothing', async () => {
    await aWaitingRun();
    await other.begin(`UPDATE leader_lock SET fencing_token = fencing_token + 1`);
    const released = north.fires.release(token);
    await other.someoneWaits();
    await other.commit();
    expect(await released).toBeNull();
  });
});

describe('a batch of five hundred jobs', () => {
  it('is fired in one statement that does not grow with the runs that are in the way', async () => {
    const { quoted } = store.schema;
    await store.query(
      `INSERT INTO ${quoted}.jobs (id, name, task, trigger, coalesce, overlap, max_instances, origin,
                                   state, created_at, updated_at)
       SELECT 'job-' || n, 'Job', 'Reports.daily',
              '{"type": "interval", "minutes": 1, "startAt": "2026-01-01T00:00:00Z"}', 'latest',
              'skip', 1, 'api', 'active', now(), now()
       FROM generate_series(1, 500) n`,
    );
    await store.query(
      `INSERT INTO ${quoted}.job_plans (job_id, next_fire_at, revision)
       SELECT id, date_trunc('minute', now()), 1 FROM ${quoted}.jobs`,
    );
    expect(await fireDue(store, north, token)).toMatchObject({ pending: 500 });
    // On time: what makes up for an outage would give way.
    await store.query(`UPDATE ${quoted}.runs SET created_at = fire_at`);
    store.advance(minutes(1));
    const fires = await planDue(store, north);
    const begun = performance.now();
    const { moved, pending } = await north.fires.fire(token, 0, fires);
    expect([moved.size, pending]).toEqual([500, 0]);
    // Tens of milliseconds; where two of its expressions are joined it is seconds.
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
