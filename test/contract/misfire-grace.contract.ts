import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_PERIOD_MS } from '../../src/tasks/triggers/trigger-spec.js';
import { aJob, hours, minutes, TASK } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, claim, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function misfireGraceContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
  });
  afterEach(() => store.close());

  describe('the misfire grace of a run that waited', () => {
    const firedAndWaiting = async (waitMs: number, misfireGraceMs: number | null) => {
      const token = await lead(north);
      await aDueJobIn(store, 'report', { misfireGraceMs });
      await fireDue(store, north, token);
      store.advance(waitMs);
      await north.roster.beat();
      return claim(north, 1);
    };
    const only = async () => (await runsOf(store, 'report'))[0];

    it('skips it when it has passed', async () => {
      expect(await firedAndWaiting(minutes(10), minutes(9))).toEqual([]);
      expect(await only()).toMatchObject({
        state: 'skipped',
        reason: 'misfired',
        startedAt: null,
        coversFrom: null,
        finishedAt: expect.any(Date) as Date,
      });
    });

    it('has the queue asked again at once for what waits behind it', async () => {
      await firedAndWaiting(minutes(1), minutes(9));
      await aDueJobIn(store, 'late', { misfireGraceMs: minutes(9) });
      await fireDue(store, north, await lead(north));
      store.advance(minutes(10));
      await north.roster.beat();
      expect(await north.queue.claim([TASK], 1)).toEqual({ runs: [], nextInMs: 0 });
    });

    it('lets it start while it lasts, or when there is none', async () => {
      expect(await firedAndWaiting(minutes(10), minutes(12))).toHaveLength(1);
    });

    it('is endless when it is null', async () => {
      expect(await firedAndWaiting(hours(24 * 365), null)).toHaveLength(1);
    });

    it('may be as long as a period may be', async () => {
      expect(await firedAndWaiting(minutes(1), MAX_PERIOD_MS)).toHaveLength(1);
    });

    it('does not concern a run that was asked for by hand', async () => {
      await store.jobs.add(aJob('report', { misfireGraceMs: 1_000 }), 'api');
      await store.jobs.runNow('report', {});
      store.advance(hours(1));
      await north.roster.beat();
      expect(await claim(north, 1)).toHaveLength(1);
    });
  });
}
