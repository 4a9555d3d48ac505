import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/tasks/domain/errors.js';
import type { RunQuery } from '../../src/tasks/store/run-store.js';
import { aJob, later, minutes } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, fireDue, lead } from './scenes.js';
import { runChangesContract } from './run-changes.contract.js';
import { runListsContract } from './run-lists.contract.js';
import { runsOfJobsContract } from './runs-of-jobs.contract.js';
import type { MakeStore, TestStore } from './test-store.js';

export function runStoreContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const list = async (query: Partial<RunQuery>) =>
    (await store.runs.list({ limit: 100, ...query })).items.map(({ jobId }) => jobId);

  describe('reading runs', () => {
    it('finds none under an id that does not exist or is none', async () => {
      expect(await store.runs.get('1')).toBeNull();
      expect(await store.runs.get('one')).toBeNull();
      expect(await store.runs.get('99999999999999999999999')).toBeNull();
    });

    it('lists them newest first, page after page', async () => {
      for (const id of ['a', 'b', 'c']) {
        await store.jobs.add(aJob(id), 'api');
        await store.jobs.runNow(id, {});
      }
      const first = await store.runs.list({ limit: 2 });
      const second = await store.runs.list({ limit: 2, cursor: first.nextCursor! });
      expect(first.items.map(({ jobId }) => jobId)).toEqual(['c', 'b']);
      expect(second.items.map(({ jobId }) => jobId)).toEqual(['a']);
      expect(second.nextCursor).toBeNull();
    });

    it('refuses a cursor that no page gave', async () => {
      for (const cursor of ['%%', Buffer.from('one').toString('base64url')]) {
        await expect(store.runs.list({ limit: 2, cursor })).rejects.toThrow(InvalidInputError);
      }
    });

    it('lists by job, task, node, state and cause', async () => {
      const north = await aNodeAtWork(store, 'north');
      const south = await aNodeAtWork(store, 'south');
      const token = await lead(north);
      await aDueJobIn(store, 'fired');
      await fireDue(store, north, token);
      await aRunningRun(store, south, 'running');
      await store.jobs.add(aJob('other', { task: 'Invoices.send' }), 'api');
      await store.jobs.runNow('other', {});
      expect(await list({})).toEqual(['other', 'running', 'fired']);
      expect(await list({ job: 'fired' })).toEqual(['fired']);
      expect(await list({ task: 'Invoices.send' })).toEqual(['other']);
      expect(await list({ node: south.id })).toEqual(['running', 'fired']);
      expect(await list({ node: 'no uuid' })).toEqual([]);
      expect(await list({ state: 'pending' })).toEqual(['other']);
      expect(await list({ cause: 'manual' })).toEqual(['other', 'running']);
      expect(await list({ node: south.id, cause: 'manual' })).toEqual(['running']);
    });

    it('lists by fire time, from the first instant on and before the last', async () => {
      await store.jobs.add(aJob('report', { overlap: 'allow' }), 'api');
      const { fireAt: first } = await store.jobs.runNow('report', {});
      store.advance(minutes(1));
      const { fireAt: second } = await store.jobs.runNow('report', {});
      expect(await list({ from: first })).toHaveLength(2);
      expect(await list({ from: later(first, 1) })).toHaveLength(1);
      expect(await list({ to: second })).toHaveLength(1);
      expect(await list({ from: first, to: later(second, 1) })).toHaveLength(2);
    });
  });

  describe('lists', () => runListsContract(makeStore));
  describe('runs of jobs', () => runsOfJobsContract(makeStore));
  describe('run changes', () => runChangesContract(makeStore));
}
