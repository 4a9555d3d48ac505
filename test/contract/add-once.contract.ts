import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  IdempotencyConflictError,
  JobExistsError,
  JobNotFoundError,
  RevisionConflictError,
} from '../../src/tasks/domain/errors.js';
import { aJob } from '../support/builders.js';
import type { MakeStore, TestStore } from './test-store.js';

export function addOnceContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const add = (id: string, idempotencyKey?: string) =>
    store.jobs.add(aJob(id), 'api', 'error', idempotencyKey ? { idempotencyKey } : {});

  it('answers a repeated request as it did the first time', async () => {
    const first = await add('report', 'k');
    expect(first.created).toBe(true);
    expect(await add('report', 'k')).toEqual(first);
    await expect(add('report')).rejects.toThrow(JobExistsError);
    await expect(add('report', 'another key')).rejects.toThrow(JobExistsError);
  });

  it('makes one job of requests that come at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => add('report', 'k')));
    expect(all.every(({ created, job }) => created && job.revision === 1)).toBe(true);
  });

  it('refuses the key for another request', async () => {
    await add('report', 'k');
    await expect(add('other', 'k')).rejects.toThrow(IdempotencyConflictError);
    expect(await store.jobs.get('other')).toBeNull();
  });

  it('does not keep the key of a request that failed', async () => {
    await add('report');
    await expect(add('report', 'k')).rejects.toThrow(JobExistsError);
    await store.jobs.remove('report');
    expect((await add('report', 'k')).created).toBe(true);
  });

  it('makes no job under a condition on one that is not there, or not so any more', async () => {
    const replace = (ifRevision: number) =>
      store.jobs.add(aJob('report'), 'api', 'replace', { ifRevision });
    await expect(replace(1)).rejects.toThrow(JobNotFoundError);
    expect(await store.jobs.get('report')).toBeNull();
    await add('report');
    await expect(replace(2)).rejects.toThrow(RevisionConflictError);
    expect((await replace(1)).job.revision).toBe(2);
  });
}
