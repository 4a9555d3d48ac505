import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob } from '../support/builders.js';
import { aNodeAtWork, claim, run } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

/** What pages read of many jobs at once. */
export function runsOfJobsContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const ask = async (job: string) => (await store.jobs.runNow(job, { overlap: 'allow' })).id;

  describe('the latest runs of jobs', () => {
    it('are the newest of each, first as a whole and then in brief', async () => {
      for (const id of ['a', 'b', 'none']) await store.jobs.add(aJob(id), 'api');
      const a = [await ask('a'), await ask('a'), await ask('a')].toReversed();
      const b = [await ask('b')];
      const latest = await store.runs.latestOf(['a', 'b', 'none', 'unknown'], 1, 2);
      expect([...latest.keys()].toSorted()).toEqual(['a', 'b']);
      expect(latest.get('a')?.runs).toEqual([await run(store, a[0]!)]);
      expect(latest.get('a')?.brief.map(({ id }) => id)).toEqual(a.slice(0, 2));
      expect(latest.get('b')?.brief.map(({ id }) => id)).toEqual(b);
    });

    it('in brief say what became of a run, and when', async () => {
      await store.jobs.add(aJob('a'), 'api');
      const { id, cause, fireAt, runAt } = await run(store, await ask('a'));
      const latest = await store.runs.latestOf(['a'], 0, 20);
      const rest = { state: 'pending', reason: null, startedAt: null, finishedAt: null };
      expect(latest.get('a')).toEqual({ runs: [], brief: [{ id, cause, fireAt, runAt, ...rest }] });
    });
  });

  describe('the last success of jobs', () => {
    it('is when the latest run ended that succeeded, whatever came of those after it', async () => {
      for (const id of ['a', 'never']) await store.jobs.add(aJob(id), 'api');
      const [first, second, failed] = [await ask('a'), await ask('a'), await ask('a')];
      const at = (n: number) => new Date(Date.UTC(2026, 2, 2, n));
      await store.amend(first, { state: 'succeeded', finishedAt: at(7) });
      await store.amend(second, { state: 'succeeded', finishedAt: at(8) });
      await store.amend(failed, { state: 'failed', finishedAt: at(9) });
      await store.amend(await ask('never'), { state: 'failed', finishedAt: at(9) });
      const found = await store.runs.lastSuccesses(['a', 'never', 'unknown']);
      expect([...found]).toEqual([['a', at(8)]]);
    });
  });

  describe('what is not over of jobs', () => {
    it('is what runs, what waits, and handlers that go on, newest first', async () => {
      const node = await aNodeAtWork(store);
      for (const id of ['a', 'b', 'over']) await store.jobs.add(aJob(id), 'api');
      const running = await ask('a');
      const hung = await ask('a');
      const ended = await ask('over');
      await claim(node, 10);
      await store.runs.cancel(await ask('over'));
      await store.amend(hung, { state: 'timed-out', finishedAt: new Date(), handlerAlive: true });
      await store.amend(ended, { state: 'succeeded', finishedAt: new Date() });
      const waiting = await ask('a');
      const other = await ask('b');
      const open = await store.runs.openOf(['a', 'over']);
      expect([...open.keys()]).toEqual(['a']);
      expect(open.get('a')?.map(({ id }) => id)).toEqual([waiting, hung, running]);
      expect((await store.runs.openOf(['b'])).get('b')).toEqual([await run(store, other)]);
    });
  });
}
