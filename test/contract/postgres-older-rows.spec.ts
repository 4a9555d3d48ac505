import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDeclaration, aJob, later, minutes, NODE } from '../support/builders.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { aNodeAtWork, clockOf, runsOf } from './scenes.js';

/** Rows that a node of the first version wrote, which knew none of the later columns. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let now: Date;

beforeEach(async () => {
  store = await makeStore();
  await aNodeAtWork(store);
  now = await clockOf(store);
});
afterEach(() => store.close());

interface Older {
  readonly paused?: boolean;
  readonly hash?: string;
}

/** Fires every minute; it was due three minutes ago, unless it is paused. */
async function anOlderRow({ paused = false, hash }: Older = {}): Promise<void> {
  const { quoted } = store.schema;
  const startAt = later(now, -minutes(60)).toISOString();
  const trigger = JSON.stringify({ type: 'interval', minutes: 1, startAt });
  await store.query(
    `INSERT INTO ${quoted}.jobs
       (id, name, task, payload, trigger, misfire_grace_ms, coalesce, overlap, max_instances,
        origin, state, paused, pause_reason, declared_hash, created_at, updated_at)
     VALUES ('report', 'report', 'Reports.daily', NULL, $1, NULL, 'latest', 'skip', 1, $2, $3, $4,
             $5, $6, now(), now())`,
    [
      trigger,
      hash === undefined ? 'api' : 'declared',
      paused ? 'paused' : 'active',
      paused,
      paused ? 'incident' : null,
      hash ?? null,
    ],
  );
  await store.query(
    `INSERT INTO ${quoted}.job_plans (job_id, next_fire_at, revision) VALUES ('report', $1, 1)`,
    [paused ? null : later(now, -minutes(3))],
  );
}

const report = () => store.jobs.get('report');

describe('a job of an older version', () => {
  it('is seen with the defaults of what it does not say', async () => {
    await anOlderRow();
    expect(await report()).toMatchObject({
      state: 'active',
      payload: null,
      misfireGraceMs: null,
      jitterMs: 0,
      maxRuns: null,
      retry: { maxAttempts: 1 },
      onCrash: 'abandon',
      deleteWhenDone: false,
      overridden: [],
      pausedUntil: null,
      unknownSince: null,
    });
  });

  it('is changed, paused and resumed like any other', async () => {
    await anOlderRow();
    expect(await store.jobs.modify('report', { priority: 2 })).toMatchObject({ priority: 2 });
    await store.jobs.pause('report');
    expect(await runsOf(store, 'report')).toMatchObject([{ reason: 'paused', coversCount: 4 }]);
    store.advance(minutes(2));
    expect(await store.jobs.resume('report', 'once')).toMatchObject({ state: 'active' });
    expect(await runsOf(store, 'report')).toHaveLength(2);
  });

  it('is run, replaced and removed like any other', async () => {
    await anOlderRow();
    expect(await store.jobs.runNow('report')).toMatchObject({ state: 'pending' });
    const range = { from: later(now, -minutes(9)), to: now, overlap: 'skip', limit: 2 } as const;
    const told = await store.jobs.backfill('report', { ...range, dryRun: true });
    expect(told).toMatchObject({ more: true, skipped: 2 });
    await store.jobs.add(aJob('report', { priority: 5 }), 'api', 'replace');
    expect(await report()).toMatchObject({ priority: 5, revision: 2 });
    await store.jobs.remove('report');
    expect(await report()).toBeNull();
  });

  it('that was paused is resumed from now on, whatever it is to make up for', async () => {
    for (const misses of ['skip', 'once'] as const) {
      await anOlderRow({ paused: true });
      const resumed = await store.jobs.resume('report', misses);
      expect(resumed).toMatchObject({ state: 'active', pauseReason: null });
      expect(resumed.nextFireAt!.getTime()).toBeGreaterThan(now.getTime());
      expect(await runsOf(store, 'report')).toEqual([]);
      await store.jobs.remove('report');
    }
  });

  it('that was paused can be changed, paused again and removed', async () => {
    await anOlderRow({ paused: true });
    const hourly = { type: 'interval', hours: 1 } as const;
    expect(await store.jobs.modify('report', { trigger: hourly })).toMatchObject({
      state: 'paused',
      nextFireAt: null,
    });
    expect(await store.jobs.pause('report', { reason: 'again' })).toMatchObject({
      pauseReason: 'again',
    });
    await store.jobs.remove('report');
    expect(await report()).toBeNull();
  });
});

describe('a declaration of an older version', () => {
  it('is known by its hash, and keeps its plan', async () => {
    const declaration = aDeclaration('report');
    await anOlderRow({ hash: declaration.hash });
    const before = await report();
    expect(await store.jobs.declare(declaration, NODE)).toBe('unchanged');
    expect(await report()).toMatchObject({
      nextFireAt: before?.nextFireAt,
      trigger: before?.trigger,
    });
    expect(await runsOf(store, 'report')).toEqual([]);
  });

  it('can be changed and reset once a node has declared it', async () => {
    const declaration = aDeclaration('report', { priority: 1 });
    await anOlderRow({ hash: declaration.hash });
    await store.jobs.declare(declaration, NODE);
    expect(await store.jobs.modify('report', { priority: 9 })).toMatchObject({
      overridden: ['priority'],
    });
    expect(await store.jobs.reset('report')).toMatchObject({ priority: 1, overridden: [] });
  });

  it('can be changed before that too, as what was not declared', async () => {
    await anOlderRow({ hash: 'something' });
    expect(await store.jobs.modify('report', { priority: 9 })).toMatchObject({ overridden: [] });
    expect(await store.jobs.reset('report')).toMatchObject({ priority: 9 });
  });

  it('is replaced by another, a pause of an operator staying', async () => {
    await anOlderRow({ hash: 'something', paused: true });
    expect(await store.jobs.declare(aDeclaration('report', { priority: 4 }), NODE)).toBe(
      'replaced',
    );
    expect(await report()).toMatchObject({ state: 'paused', pauseReason: 'incident', priority: 4 });
    expect(await store.jobs.resume('report')).toMatchObject({ state: 'active' });
  });
});
