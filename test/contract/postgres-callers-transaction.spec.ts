import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  JobExistsError,
  JobNotFoundError,
  OverlappedError,
  RevisionConflictError,
} from '../../src/tasks/domain/errors.js';
import { WAKE_UPS, type WakeUp } from '../../src/tasks/store/wake-ups.js';
import { aJob, dueSoon, later, minutes } from '../support/builders.js';
import { until } from '../support/until.js';
import { aCallersDataSource, rolledBack } from './callers-data-source.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { runsOf } from './scenes.js';

/** Changes that become part of a transaction of the host, on a connection that is set up its way. */

const makeStore = postgresStores();
let store: PostgresTestStore;
let host: DataSource;

beforeEach(async () => {
  store = await makeStore();
  host = await aCallersDataSource(store);
});
afterEach(async () => {
  await host.destroy();
  await store.close();
});

describe("a job made in a caller's transaction", () => {
  it('that is rolled back never existed', async () => {
    await rolledBack(host, async (manager) => {
      const { job } = await store.jobs.add(aJob('report'), 'api', 'error', { manager });
      expect(job.nextFireAt).toBeInstanceOf(Date);
      expect(await store.jobs.get('report')).toBeNull();
    });
    expect(await store.jobs.get('report')).toBeNull();
    expect(await store.query(`SELECT 1 FROM ${store.schema.quoted}.audit`)).toEqual([]);
  });

  it('that is committed is there, with what the host has written, and as it was answered', async () => {
    await host.query('CREATE TABLE IF NOT EXISTS invoices (id integer)');
    const answered = await host.transaction(async (manager) => {
      await manager.query('INSERT INTO invoices VALUES (1)');
      const payload = { at: '2026-03-02', n: [1, { deep: null }] };
      const made = await store.jobs.add(
        aJob('report', { payload, tags: ['a', 'b"c'] }),
        'api',
        'error',
        {
          manager,
        },
      );
      return made.job;
    });
    expect(await store.jobs.get('report')).toEqual(answered);
    expect(await store.query('SELECT * FROM invoices')).toEqual([{ id: 1 }]);
    await host.query('DROP TABLE invoices');
  });

  it('wakes the leader with the commit, and not before', async () => {
    const heard: WakeUp[] = [];
    const listener = store.node('listener');
    listener.wakeUps.listen((wakeUp) => heard.push(wakeUp));
    await until('the first wake-ups', () => new Set(heard).size === WAKE_UPS.length);
    heard.length = 0;
    const inAWhile = { type: 'interval', seconds: 30 } as const;
    await rolledBack(host, (manager) =>
      store.jobs.add(dueSoon('never'), 'api', 'error', { manager }),
    );
    await host.transaction(async (manager) => {
      await store.jobs.add(dueSoon('report'), 'api', 'error', { manager });
      expect(heard).toEqual([]);
    });
    await until('a wake-up', () => heard.length > 0, 10_000);
    expect(heard).toEqual(['jobs']);
    heard.length = 0;
    // Its commit may come long after.
    await host.transaction((manager) =>
      store.jobs.add(aJob('slow', { trigger: inAWhile }), 'api', 'error', { manager }),
    );
    await until('a wake-up', () => heard.length > 0, 10_000);
    heard.length = 0;
    // One that is due much later wakes nobody: the leader reads it in good time.
    await store.jobs.add(aJob('later', { trigger: inAWhile }), 'api');
    await store.jobs.runNow('later', {});
    await until('the wake-up that comes after', () => heard.includes('runs'), 10_000);
    expect(heard).toEqual(['runs']);
  });

  it('can be changed, run and removed in it, each step seeing those before it', async () => {
    await host.transaction(async (manager) => {
      const by = { manager };
      const { job } = await store.jobs.add(aJob('report'), 'api', 'error', by);
      const from = later(job.nextFireAt!, -minutes(5));
      expect(await store.jobs.modify('report', { priority: 4 }, by)).toMatchObject({
        priority: 4,
        revision: 2,
        createdAt: job.createdAt,
      });
      await store.jobs.modify('report', { trigger: { type: 'cron', expression: '* * * * *' } }, by);
      expect(
        (await store.jobs.pause('report', { until: new Date('2030-01-01') }, by)).pausedUntil,
      ).toEqual(new Date('2030-01-01'));
      expect(await store.jobs.resume('report', 'once', by)).toMatchObject({ state: 'active' });
      const ask = { payload: [1], idempotencyKey: 'k' };
      const run = await store.jobs.runNow('report', ask, by);
      expect(run).toMatchObject({ state: 'pending', attempt: 0, fireAt: run.createdAt });
      expect(await store.jobs.runNow('report', ask, by)).toEqual(run);
      const range = {
        from,
        to: run.createdAt,
        overlap: 'buffer-all',
        limit: 3,
        dryRun: false,
      } as const;
      const filled = await store.jobs.backfill('report', range, by);
      expect(filled.fireTimes).toHaveLength(3);
      await store.jobs.remove('report', by);
      await expect(store.jobs.pause('report', {}, by)).rejects.toThrow(JobNotFoundError);
    });
    const runs = await runsOf(store, 'report');
    expect(runs.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'cancelled'));
  });
});

describe("a change that is refused in a caller's transaction", () => {
  it('leaves the transaction usable, and nothing behind', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await store.jobs.runNow('report');
    await host.transaction(async (manager) => {
      const by = { manager };
      const refused = [
        [store.jobs.add(aJob('report'), 'api', 'error', by), JobExistsError],
        [store.jobs.modify('report', {}, { ...by, ifRevision: 7 }), RevisionConflictError],
        [store.jobs.runNow('unheard-of', { idempotencyKey: 'k' }, by), JobNotFoundError],
        [store.jobs.runNow('report', { idempotencyKey: 'k' }, by), OverlappedError],
      ] as const;
      for (const [change, error] of refused) await expect(change).rejects.toThrow(error);
      await store.jobs.add(aJob('other'), 'api', 'error', by);
    });
    expect(await store.jobs.get('other')).not.toBeNull();
    const keys = await store.query(`SELECT 1 FROM ${store.schema.quoted}.idempotency_keys`);
    expect(keys).toEqual([]);
    expect(
      await store.jobs.runNow('report', { idempotencyKey: 'k', overlap: 'allow' }),
    ).toMatchObject({ state: 'pending' });
  });
});
