import { describe, expect, it } from 'vitest';
import { newJobSchema } from '../../../domain/job.js';
import { FakeClock } from '../../../testing/fake-clock.js';
import { MemoryDatabase, type MemoryDatabaseOptions } from '../database.js';
import { MemoryJobStore } from '../jobs/job-store.js';
import { MemoryRunStore } from '../runs/run-store.js';
import { MemoryClusterStore } from './cluster-store.js';

const trigger = { type: 'interval', hours: 1 } as const;
const aJob = (id: string) => newJobSchema.parse({ id, task: 'work', trigger });

function stores(options: Partial<MemoryDatabaseOptions> = {}) {
  const database = new MemoryDatabase(new FakeClock(), options);
  return {
    jobs: new MemoryJobStore(database),
    runs: new MemoryRunStore(database),
    cluster: new MemoryClusterStore(database),
  };
}

describe('the audit in memory', () => {
  it('has a row for each change, with who made it and why', async () => {
    const { jobs, runs, cluster } = stores();
    await jobs.add(aJob('report'), 'api', 'error', { actor: 'Ada' });
    await jobs.pause('report', { reason: 'lunch' }, { actor: 'Bob' });
    await jobs.resume('report');
    await jobs.resume('report');
    const { id } = await jobs.runNow('report');
    await runs.cancel(id, { reason: 'wrong day' });
    await runs.retry(id);
    await cluster.pause('release');
    await jobs.remove('report');
    const { items } = await cluster.audit({ limit: 20 });
    const told = items.map(({ action, actor, reason }) => [action, actor, reason]);
    expect(told.toReversed()).toEqual([
      ['job.add', 'Ada', null],
      ['job.pause', 'Bob', 'lunch'],
      ['job.resume', 'code', null],
      ['job.run', 'code', null],
      ['run.cancel', 'code', 'wrong day'],
      ['run.retry', 'code', null],
      ['cluster.pause', 'code', 'release'],
      ['job.remove', 'code', null],
    ]);
  });

  it('is read page by page, and only what is asked for', async () => {
    const { jobs, cluster } = stores();
    for (const id of ['a', 'b', 'c']) await jobs.add(aJob(id), 'api');
    const first = await cluster.audit({ limit: 2 });
    expect(first.items.map(({ jobId }) => jobId)).toEqual(['c', 'b']);
    const rest = await cluster.audit({ limit: 2, cursor: first.nextCursor ?? '' });
    expect(rest.items.map(({ jobId }) => jobId)).toEqual(['a']);
    expect((await cluster.audit({ limit: 9, job: 'b' })).items).toHaveLength(1);
    expect((await cluster.audit({ limit: 9, actor: 'Ada' })).items).toEqual([]);
  });

  it('keeps no more than the latest, where it is bounded', async () => {
    const { jobs, cluster } = stores({ kept: 2 });
    for (const id of ['a', 'b', 'c']) await jobs.add(aJob(id), 'api');
    const { items } = await cluster.audit({ limit: 9 });
    expect(items.map(({ jobId }) => jobId)).toEqual(['c', 'b']);
  });
});

describe('a store that is bounded', () => {
  it('keeps the latest runs, and every one that has not ended', async () => {
    const { jobs, runs } = stores({ kept: 3 });
    await jobs.add(aJob('report'), 'api');
    const { id: waiting } = await jobs.runNow('report');
    for (let n = 0; n < 5; n++) {
      const { id } = await jobs.runNow('report', { overlap: 'allow' });
      await runs.cancel(id);
    }
    const { items } = await runs.list({ limit: 9 });
    expect(items.map(({ id }) => id)).toEqual(['6', '5', waiting]);
  });

  it('forgets the oldest keys of requests', async () => {
    const { jobs } = stores({ kept: 2 });
    await jobs.add(aJob('report'), 'api');
    const ask = (idempotencyKey: string) =>
      jobs.runNow('report', { idempotencyKey, overlap: 'allow' });
    const first = await ask('one');
    expect((await ask('one')).id).toBe(first.id);
    await ask('two');
    await ask('three');
    expect((await ask('one')).id).not.toBe(first.id);
  });
});
