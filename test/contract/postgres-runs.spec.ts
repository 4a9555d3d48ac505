import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlRunner } from '../../src/tasks/store/sql-runner.js';
import { aJob, days } from '../support/builders.js';
import { until } from '../support/until.js';
import { holdRows } from './hold-rows.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  fireDue,
  lead,
  pruneAll,
  run,
  runsOf,
} from './scenes.js';
import { RETENTION_DAYS, type TestNode } from './test-store.js';

/** Runs while others have begun something and not yet ended it, and what only SQL shows of them. */

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

/** Resolves once a connection of ours, or of the API, waits for a lock. */
const someoneWaits = () =>
  until('a wait for a lock', async () => {
    const waiting = await store.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    return waiting.length > 0;
  });

const PAUSE = [
  `UPDATE jobs SET paused = true, state = 'paused', revision = revision + 1`,
  `UPDATE job_plans SET next_fire_at = NULL, revision = revision + 1`,
];

/** A fired run, which a pause holds, running on `north`. */
const aFiredRun = async (job = {}) => {
  await aDueJobIn(store, 'report', job);
  await fireDue(store, north, token);
  await north.roster.beat();
  return (await claim(north, 1))[0]!;
};

describe('an outcome after which the run is tried again', () => {
  it('that comes while its job is being paused comes again, and is held', async () => {
    const { runId, attempt } = await aFiredRun();
    await begin(...PAUSE);
    const finish = () => north.queue.finish([{ runId, attempt, state: 'failed', retryInMs: 0 }]);
    expect(await finish()).toEqual([{ runId, attempt, held: true }]);
    await commit();
    expect(await finish()).toMatchObject([{ runId, attempt }]);
    expect(await run(store, runId)).toMatchObject({ state: 'pending', held: 'paused' });
    expect(await store.runs.attempts(runId)).toHaveLength(1);
  });

  it('that comes while its job is being removed comes again, and is the last one', async () => {
    const { runId, attempt } = await aFiredRun();
    await begin(
      `SELECT 1 FROM jobs FOR UPDATE`,
      `SELECT 1 FROM job_plans FOR NO KEY UPDATE`,
      `DELETE FROM jobs`,
    );
    const finish = () => north.queue.finish([{ runId, attempt, state: 'failed', retryInMs: 0 }]);
    expect(await finish()).toEqual([{ runId, attempt, held: true }]);
    await commit();
    expect(await finish()).toMatchObject([{ runId, nextFireAt: null }]);
    expect(await run(store, runId)).toMatchObject({ state: 'failed' });
  });

  it('that comes while its run is being cancelled comes again, and ends it', async () => {
    const { runId, attempt } = await aFiredRun();
    await begin(`UPDATE runs SET cancel_requested_at = now(), cancel_reason = 'enough'`);
    const finish = () => north.queue.finish([{ runId, attempt, state: 'failed', retryInMs: 0 }]);
    expect(await finish()).toEqual([{ runId, attempt, held: true }]);
    await commit();
    expect(await finish()).toMatchObject([{ runId }]);
    expect(await run(store, runId)).toMatchObject({ state: 'cancelled' });
    expect(await store.runs.attempts(runId)).toEqual([]);
  });

  it('that comes while its run is being settled comes again, and is refused', async () => {
    const { runId, attempt } = await aFiredRun();
    await begin(`UPDATE runs SET state = 'abandoned', finished_at = now()`);
    const finish = () => north.queue.finish([{ runId, attempt, state: 'failed', retryInMs: 0 }]);
    expect(await finish()).toEqual([{ runId, attempt, held: true }]);
    await commit();
    expect(await finish()).toEqual([]);
    expect(await run(store, runId)).toMatchObject({ state: 'abandoned' });
  });
});

describe('settling', () => {
  it('leaves a run for the next turn whose job somebody is changing', async () => {
    const { runId } = await aFiredRun({ onCrash: 'rerun' });
    await north.roster.leave();
    await begin(...PAUSE);
    expect(await north.fires.settle(token)).toMatchObject({ abandoned: 0, rerun: 0 });
    expect(await run(store, runId)).toMatchObject({ state: 'running' });
    await commit();
    expect(await north.fires.settle(token)).toMatchObject({ abandoned: 0, rerun: 1 });
    expect(await run(store, runId)).toMatchObject({ state: 'pending', held: 'paused' });
  });

  it('leaves a run alone that somebody’s transaction holds', async () => {
    const { runId } = await aFiredRun();
    await north.roster.leave();
    await begin(`SELECT 1 FROM runs FOR UPDATE`);
    expect(await north.fires.settle(token)).toMatchObject({ abandoned: 0, rerun: 0 });
    await commit();
    expect(await north.fires.settle(token)).toMatchObject({ abandoned: 1, rerun: 0 });
    expect((await run(store, runId)).error?.message).toContain('Node north');
  });

  it('is not stopped by a job whose row was edited by hand', async () => {
    await aRunningRun(store, north, 'report', { onCrash: 'rerun' });
    await store.query(
      `UPDATE ${store.schema.quoted}.jobs SET retry = '{"maxAttempts": "often"}'::jsonb`,
    );
    await north.roster.leave();
    expect(await north.fires.settle(token)).toMatchObject({ abandoned: 0, rerun: 1 });
    expect(await claim(await aNodeAtWork(store, 'south'), 1)).toMatchObject([
      { policy: { retry: { maxAttempts: 1 } } },
    ]);
  });
});

describe('cancelling', () => {
  it('a run that is being claimed waits for the claim, and asks its handler', async () => {
    await store.jobs.add(aJob('report'), 'api');
    const { id } = await store.jobs.runNow('report', {});
    await begin(
      `UPDATE runs SET state = 'running', queued = false, attempt = 1, node_id = '${north.id}'`,
    );
    const cancelled = store.runs.cancel(id, { reason: 'enough' });
    await someoneWaits();
    await commit();
    expect(await cancelled).toMatchObject({ state: 'running' });
    expect((await north.roster.beat()).running).toMatchObject([{ cancel: 'enough' }]);
  });

  it('a run that is being finished waits for that, and is refused', async () => {
    const { runId } = await aRunningRun(store, north);
    await begin(`UPDATE runs SET state = 'succeeded', finished_at = now()`);
    const cancelled = store.runs.cancel(runId);
    cancelled.catch(() => undefined);
    await someoneWaits();
    await commit();
    await expect(cancelled).rejects.toThrow('has ended as succeeded');
  });
});

describe('the audit', () => {
  const audit = () =>
    store.query(
      `SELECT actor, action, job_id, run_id::text, reason FROM ${store.schema.quoted}.audit
       WHERE action LIKE 'run.%' ORDER BY id`,
    );

  it('has a row for each change of a run, and none for what changed nothing', async () => {
    await store.jobs.add(aJob('report'), 'api');
    const { id } = await store.jobs.runNow('report', {});
    await store.runs.cancel(id, { actor: 'ann', reason: 'a mistake' });
    await store.runs.cancel(id, { actor: 'bob' });
    const again = await store.runs.retry(id);
    await store.runs.retry(id).catch(() => undefined);
    const common = { job_id: 'report' };
    expect(await audit()).toEqual([
      { ...common, actor: 'ann', action: 'run.cancel', run_id: id, reason: 'a mistake' },
      { ...common, actor: 'code', action: 'run.retry', run_id: again.id, reason: null },
    ]);
  });
});

describe('a change in a caller’s transaction', () => {
  const manager: SqlRunner = {
    query: async <Rows>(sql: string, parameters?: unknown[]) =>
      (await other.query(sql, parameters)).rows as Rows,
  };

  it('is made with it, or not at all', async () => {
    const { runId, attempt } = await aRunningRun(store, north, 'report');
    await north.queue.finish([{ runId, attempt, state: 'failed' }]);
    await other.query('BEGIN');
    const again = await store.runs.retry(runId, { manager });
    expect(await store.runs.cancel(again.id, { manager })).toMatchObject({ state: 'cancelled' });
    await other.query('ROLLBACK');
    expect(await runsOf(store, 'report')).toHaveLength(1);
    await other.query('BEGIN');
    await store.runs.retry(runId, { manager });
    await commit();
    expect(await runsOf(store, 'report')).toMatchObject([{}, { cause: 'retry', retryOf: runId }]);
  });
});

describe('pruning', () => {
  it('deletes the audit and the keys of requests that are older than the retention', async () => {
    const { quoted } = store.schema;
    const insert = (age: number) =>
      store.query(
        `WITH audited AS (
           INSERT INTO ${quoted}.audit (at, actor, action)
           VALUES (now() - $1 * interval '1 ms', 'ann', 'of ' || $1))
         INSERT INTO ${quoted}.idempotency_keys (scope, key, fingerprint, created_at)
         VALUES ('run', 'of ' || $1, '', now() - $1 * interval '1 ms')`,
        [age],
      );
    const young = days(RETENTION_DAYS) - 60_000;
    await insert(young);
    await insert(days(RETENTION_DAYS) + 60_000);
    expect(await pruneAll(north)).toBe(0);
    const left = await store.query(
      `SELECT (SELECT array_agg(action) FROM ${quoted}.audit) AS audit,
              (SELECT array_agg(key) FROM ${quoted}.idempotency_keys) AS keys`,
    );
    expect(left).toEqual([{ audit: [`of ${young}`], keys: [`of ${young}`] }]);
  });

  it('says that there may be more when a run has more lines than go at once', async () => {
    const { quoted } = store.schema;
    const { runId, attempt } = await aRunningRun(store, north);
    await north.queue.report([], [{ runId, attempt, progress: { percent: 9, note: null } }]);
    await north.queue.finish([{ runId, attempt, state: 'failed' }]);
    await store.query(
      `INSERT INTO ${quoted}.run_logs (run_id, attempt, at, level, message)
       SELECT $1, 1, now(), 'info', 'hello' FROM generate_series(1, 5001)`,
      [runId],
    );
    store.advance(days(RETENTION_DAYS + 1));
    expect(await north.history.prune('runs')).toMatchObject({ rows: 0, more: true });
    expect(await store.runs.get(runId)).not.toBeNull();
    expect(await store.runs.lines(runId, { limit: 9 })).toHaveLength(1);
    expect(await north.history.prune('runs')).toMatchObject({ rows: 1, more: false });
    expect(await store.runs.get(runId)).toBeNull();
    expect(await store.runs.lines(runId, { limit: 9 })).toEqual([]);
    expect(await store.query(`SELECT 1 FROM ${quoted}.run_progress`)).toEqual([]);
    expect(await north.history.prune('runs')).toEqual({ rows: 0, more: false, upTo: null });
  });

  it('goes on from where the last slice ended, and passes over what somebody holds', async () => {
    const { quoted } = store.schema;
    await store.query(
      `INSERT INTO ${quoted}.runs
         (job_id, task, fire_at, run_at, cause, state, queued, created_at, finished_at)
       SELECT 'old', 'record', now(), now(), 'manual', 'succeeded', false, now(),
              now() - interval '1 hour' + n * interval '1 second'
       FROM generate_series(1, 600) AS n`,
    );
    store.advance(days(RETENTION_DAYS + 1));
    const holder = await holdRows(store, `SELECT 1 FROM ${quoted}.runs WHERE id IN (1, 550)`);
    const first = await north.history.prune('runs');
    expect(first).toMatchObject({ rows: 500, more: true });
    const second = await north.history.prune('runs', first.upTo);
    expect(second).toMatchObject({ rows: 98, more: false });
    await holder.release();
    expect(await north.history.prune('runs')).toMatchObject({ rows: 2, more: false });
  });

  it('keeps the last thousand terms of leaders, and pauses that a due job has not heard of', async () => {
    const { quoted } = store.schema;
    await store.query(`UPDATE ${quoted}.leader_lock SET fencing_token = 1200`);
    await store.query(
      `INSERT INTO ${quoted}.leader_history (name, fencing_token, node_id, acquired_at, how)
       SELECT 'scheduler', n, gen_random_uuid(), now(), 'test' FROM generate_series(100, 1200) AS n`,
    );
    await store.query(
      `INSERT INTO ${quoted}.cluster_pauses (started_at, ended_at)
       VALUES (now() - interval '2 days', now() - interval '1 day'),
              (now() - interval '2 hours', now() - interval '1 hour')`,
    );
    await store.jobs.add(aJob('waiting', { trigger: { type: 'interval', seconds: 1 } }), 'api');
    await store.query(
      `UPDATE ${quoted}.job_plans SET next_fire_at = now() - interval '90 minutes'`,
    );
    store.advance(days(RETENTION_DAYS + 1));
    await pruneAll(north);
    const [left] = await store.query(
      `SELECT (SELECT min(fencing_token)::int FROM ${quoted}.leader_history) AS first,
              (SELECT count(*)::int FROM ${quoted}.cluster_pauses) AS pauses`,
    );
    expect(left).toEqual({ first: 201, pauses: 1 });
  });
});
