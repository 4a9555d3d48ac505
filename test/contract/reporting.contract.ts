import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/tasks/domain/errors.js';
import type { Claim, NewRunLine } from '../../src/tasks/store/run-queue.js';
import { later, NOON } from '../support/builders.js';
import { aNodeAtWork, aRunningRun, claim, run } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function reportingContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;
  let south: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
    south = await aNodeAtWork(store, 'south');
  });
  afterEach(() => store.close());

  const line = ({ runId, attempt }: Claim, message: string): NewRunLine => ({
    runId,
    attempt,
    message,
    at: NOON,
    level: 'info',
  });
  const messages = async (id: string, after?: string) =>
    (await store.runs.lines(id, { limit: 100, ...(after !== undefined && { after }) })).map(
      ({ message }) => message,
    );

  describe('the lines of a run', () => {
    it('are kept as they were said, in order', async () => {
      const claimed = await aRunningRun(store, north);
      const second = { ...line(claimed, 'two'), level: 'error', at: later(NOON, -5) } as const;
      await north.queue.report([line(claimed, 'one'), second], []);
      await north.queue.report([line(claimed, 'three')], []);
      const lines = await store.runs.lines(claimed.runId, { limit: 2 });
      expect(lines).toEqual([
        { id: lines[0]!.id, attempt: 1, at: NOON, level: 'info', message: 'one' },
        { id: lines[1]!.id, attempt: 1, at: later(NOON, -5), level: 'error', message: 'two' },
      ]);
      expect(await messages(claimed.runId, lines[1]!.id)).toEqual(['three']);
    });

    it('are read up to so many characters, and one line at least', async () => {
      const claimed = await aRunningRun(store, north);
      const all = ['four', 'more', 'done'].map((message) => line(claimed, message));
      await north.queue.report(all, []);
      const read = async (maxChars: number) =>
        (await store.runs.lines(claimed.runId, { limit: 9, maxChars })).length;
      expect([await read(1), await read(4), await read(5), await read(99)]).toEqual([1, 1, 2, 3]);
    });

    it('are kept apart from those of other runs', async () => {
      const one = await aRunningRun(store, north, 'one');
      const two = await aRunningRun(store, north, 'two');
      await north.queue.report([line(two, 'of two'), line(one, 'of one')], []);
      expect([await messages(one.runId), await messages(two.runId)]).toEqual([
        ['of one'],
        ['of two'],
      ]);
    });

    it('are dropped when the claim is not, and never was, this node’s', async () => {
      const claimed = await aRunningRun(store, north);
      await south.queue.report([line(claimed, 'not mine')], []);
      await north.queue.report([line({ ...claimed, attempt: 2 }, 'not yet')], []);
      await north.queue.report([line({ runId: '99', attempt: 1 }, 'of nothing')], []);
      expect(await messages(claimed.runId)).toEqual([]);
    });

    it('count also when the attempt has just ended', async () => {
      const { runId } = await aRunningRun(store, north);
      const outcome = { runId, attempt: 1, state: 'failed', retryInMs: 0 } as const;
      await north.queue.finish([outcome]);
      await north.queue.report([line({ runId, attempt: 1 }, 'of the first')], []);
      await claim(south, 1);
      await south.queue.finish([{ runId, attempt: 2, state: 'succeeded' }]);
      await south.queue.report([line({ runId, attempt: 2 }, 'of the second')], []);
      await north.queue.report([line({ runId, attempt: 1 }, 'late')], []);
      const lines = await store.runs.lines(runId, { limit: 9 });
      expect(lines.map(({ attempt, message }) => `${attempt} ${message}`)).toEqual([
        '1 of the first',
        '2 of the second',
        '1 late',
      ]);
    });

    it('are mended where they hold what cannot be stored', async () => {
      const claimed = await aRunningRun(store, north);
      await north.queue.report([line(claimed, 'a\0b')], []);
      expect(await messages(claimed.runId)).toEqual(['a\uFFFDb']);
    });

    it('are none for a run that does not exist, and need the id of a line', async () => {
      expect(await messages('99')).toEqual([]);
      expect(await messages('one')).toEqual([]);
      const { runId } = await aRunningRun(store, north);
      await expect(store.runs.lines(runId, { limit: 1, after: 'x' })).rejects.toThrow(
        InvalidInputError,
      );
    });
  });

  describe('the progress of a run', () => {
    const progress = (percent: number) => ({ percent, note: `${percent} of 100` });

    it('is what was said last', async () => {
      const { runId, attempt } = await aRunningRun(store, north);
      const say = (percent: number) => ({ runId, attempt, progress: progress(percent) });
      await north.queue.report([], [say(10), say(20)]);
      expect((await run(store, runId)).progress).toEqual(progress(20));
      await north.queue.report([], [{ ...say(30), progress: { percent: 30, note: null } }]);
      expect((await run(store, runId)).progress).toEqual({ percent: 30, note: null });
    });

    it('stays when the run has ended, and is not changed after that', async () => {
      const { runId, attempt } = await aRunningRun(store, north);
      await north.queue.report([], [{ runId, attempt, progress: progress(50) }]);
      await north.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      await north.queue.report([], [{ runId, attempt, progress: progress(60) }]);
      expect((await run(store, runId)).progress).toEqual(progress(50));
    });

    it('is only that of the claim in force, and begins anew with each attempt', async () => {
      const { runId, attempt } = await aRunningRun(store, north);
      await south.queue.report([], [{ runId, attempt, progress: progress(50) }]);
      expect((await run(store, runId)).progress).toBeNull();
      await north.queue.report([], [{ runId, attempt, progress: progress(50) }]);
      await north.queue.finish([{ runId, attempt, state: 'failed', retryInMs: 0 }]);
      expect((await run(store, runId)).progress).toBeNull();
    });
  });
}
