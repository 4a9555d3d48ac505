import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDeclaration, aJob, later, minutes, NODE } from '../support/builders.js';
import { postgresStores, type PostgresTestStore } from './postgres-store.js';
import { clockOf } from './scenes.js';

const makeStore = postgresStores();
let store: PostgresTestStore;

beforeEach(async () => {
  store = await makeStore();
});
afterEach(() => store.close());

interface AuditRow {
  readonly actor: string;
  readonly action: string;
  readonly job_id: string | null;
  readonly run_id: string | null;
  readonly reason: string | null;
  readonly details: unknown;
  readonly at: Date;
}

const audit = () =>
  store.query<AuditRow & Record<string, unknown>>(
    `SELECT * FROM ${store.schema.quoted}.audit ORDER BY id`,
  );
const BY = { actor: 'key:night', reason: 'ticket 7' };

describe('the audit', () => {
  it('has a row for each change, with who asked for it and why', async () => {
    await store.jobs.add(aJob('report'), 'api', 'error', BY);
    await store.jobs.add(aJob('report', { priority: 1 }), 'api', 'replace', BY);
    await store.jobs.modify('report', { priority: 2 }, BY);
    await store.jobs.pause('report', {}, BY);
    await store.jobs.resume('report', 'once', BY);
    const { id } = await store.jobs.runNow('report', {}, BY);
    await store.jobs.remove('report', BY);
    const rows = await audit();
    expect(rows.map(({ action }) => action)).toEqual([
      'job.add',
      'job.replace',
      'job.modify',
      'job.pause',
      'job.resume',
      'job.run',
      'job.remove',
    ]);
    const now = await clockOf(store);
    for (const row of rows) {
      expect(row).toMatchObject({ actor: 'key:night', reason: 'ticket 7', job_id: 'report' });
      expect(Math.abs(row.at.getTime() - now.getTime())).toBeLessThan(60_000);
    }
    expect(rows.map(({ run_id }) => run_id)).toEqual([null, null, null, null, null, id, null]);
    const details = rows.map((row) => row.details);
    expect(details[0]).toMatchObject({ before: null, after: { priority: 0, origin: 'api' } });
    expect(details[1]).toEqual({ before: { priority: 0 }, after: { priority: 1 } });
    expect(details[2]).toEqual({ before: { priority: 1 }, after: { priority: 2 } });
    expect(details[3]).toMatchObject({
      before: { paused: false, state: 'active', nextFireAt: expect.any(String) },
      after: { paused: true, state: 'paused', nextFireAt: null },
    });
    expect(details[4]).toMatchObject({ misses: 'once', after: { paused: false } });
    expect(details[6]).toMatchObject({ before: { priority: 2, origin: 'api' }, after: null });
  });

  it('names the code of the host where nobody else is named', async () => {
    await store.jobs.add(aJob('report'), 'api');
    expect(await audit()).toMatchObject([{ actor: 'code', reason: null }]);
  });

  it('takes the reason of a pause, unless another is given', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await store.jobs.pause('report', { reason: 'noise' });
    await store.jobs.pause('report', { reason: 'noise' }, { reason: 'ticket 8' });
    expect((await audit()).map(({ reason }) => reason)).toEqual([null, 'noise', 'ticket 8']);
  });

  it('has no row of what was refused, changed nothing, or was only looked at', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await store.jobs.runNow('report');
    const before = await audit();
    const now = await clockOf(store);
    const range = { from: later(now, -minutes(5)), to: now, overlap: 'allow', limit: 9 } as const;
    await store.jobs.resume('report');
    await store.jobs.add(aJob('report'), 'api', 'keep');
    await store.jobs.backfill('report', { ...range, dryRun: true });
    await Promise.allSettled([
      store.jobs.runNow('report'),
      store.jobs.modify('report', { priority: 1 }, { ifRevision: 9 }),
      store.jobs.add(aJob('report'), 'api'),
      store.jobs.remove('unheard-of'),
    ]);
    expect(await audit()).toEqual(before);
  });

  it('has one row of a run that was asked for twice with one key', async () => {
    await store.jobs.add(aJob('report'), 'api');
    for (const _ of [1, 2]) await store.jobs.runNow('report', { idempotencyKey: 'k' });
    expect((await audit()).map(({ action }) => action)).toEqual(['job.add', 'job.run']);
  });

  it('has a row for each job that was removed with the others', async () => {
    for (const id of ['a', 'b']) await store.jobs.add(aJob(id), 'api');
    await store.jobs.removeAll(BY);
    expect((await audit()).slice(2)).toMatchObject([
      { action: 'job.remove', job_id: 'a', actor: 'key:night' },
      { action: 'job.remove', job_id: 'b', actor: 'key:night' },
    ]);
  });

  it('is not written by declarations, which each start repeats', async () => {
    await store.jobs.declare(aDeclaration('report'), NODE);
    await store.jobs.declare(aDeclaration('report', { priority: 1 }), NODE);
    expect(await audit()).toEqual([]);
  });
});
