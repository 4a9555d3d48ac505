import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../src/tasks/domain/problems/alarms.js';
import { MAX_SENT, SENDING_MS } from '../../src/tasks/store/alarm-store.js';
import { minutes } from '../support/builders.js';
import type { MakeStore, TestStore } from './test-store.js';

const anAlarm = (key: string, alarm: Partial<Alarm> = {}): Alarm => ({
  key,
  kind: 'failing',
  severity: 'warning',
  jobId: 'report',
  since: null,
  message: `1 job fails: ${key}.`,
  remedy: 'See its last run.',
  link: 'jobs/report',
  ...alarm,
});

/** What is told of problems, to whom, and how often. */
export function alarmsContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const told = async (...targets: string[]) =>
    (await store.alarms.take(targets)).map(
      ({ target, event, alarm }) => `${target}: ${alarm.key} ${event}`,
    );

  it('gives one node at a time the turn to look', async () => {
    expect(await store.alarms.takeTurn(10_000)).toBe(true);
    expect(await store.alarms.takeTurn(10_000)).toBe(false);
    store.advance(11_000);
    const turns = [1, 2, 3].map(() => store.alarms.takeTurn(10_000));
    expect((await Promise.all(turns)).filter(Boolean)).toHaveLength(1);
  });

  describe('an alarm', () => {
    it('is told to each target once, however often and by how many it is seen', async () => {
      await Promise.all(
        [1, 2, 3].map(() => store.alarms.raise([anAlarm('b'), anAlarm('a')], ['chat', 'pager'])),
      );
      await store.alarms.raise([anAlarm('a')], ['chat', 'pager']);
      expect((await told('chat', 'pager')).sort()).toEqual([
        'chat: a opened',
        'chat: b opened',
        'pager: a opened',
        'pager: b opened',
      ]);
    });

    it('is over when nobody has seen it for a while, and begins anew when it comes again', async () => {
      await store.alarms.raise([anAlarm('a')], ['chat']);
      const [opened] = await store.alarms.take(['chat']);
      await store.alarms.sent(opened!.id);
      store.advance(50_000);
      await store.alarms.raise([anAlarm('a')], ['chat']);
      store.advance(50_000);
      await store.alarms.recover(minutes(1), ['chat']);
      expect(await told('chat')).toEqual([]);
      store.advance(20_000);
      await store.alarms.recover(minutes(1), ['chat']);
      const [over] = await store.alarms.take(['chat']);
      expect(over).toMatchObject({ event: 'recovered', alarmId: opened!.alarmId });
      expect(over!.openedAt).toEqual(opened!.openedAt);
      expect(over!.at.getTime()).toBeGreaterThan(opened!.at.getTime());
      await store.alarms.raise([anAlarm('a')], ['chat']);
      expect(await told('chat')).toEqual(['chat: a opened']);
    });

    it('is told as it is now where the end comes before the beginning could be sent', async () => {
      await store.alarms.raise([anAlarm('a')], ['chat', 'pager']);
      store.advance(minutes(2));
      await store.alarms.recover(minutes(1), ['chat', 'pager']);
      expect(await told('chat')).toEqual(['chat: a opened']);
      // Another target does not wait for this one.
      const [opened] = await store.alarms.take(['pager']);
      await store.alarms.sent(opened!.id);
      expect(await told('pager')).toEqual(['pager: a recovered']);
    });
  });

  describe('a notification', () => {
    it('is taken by one node at a time, and comes again where that one dies', async () => {
      await store.alarms.raise([anAlarm('a')], ['chat']);
      const takers = await Promise.all([1, 2, 3].map(() => store.alarms.take(['chat'])));
      const [first, ...others] = takers.flat();
      expect(others).toEqual([]);
      expect(first).toMatchObject({ attempts: 1, alarm: anAlarm('a') });
      store.advance(SENDING_MS + 1);
      const [again] = await store.alarms.take(['chat']);
      expect(again).toMatchObject({ id: first!.id, attempts: 2 });
      expect(again!.ageMs).toBeGreaterThanOrEqual(SENDING_MS);
    });

    it('that was sent or given up does not come again', async () => {
      await store.alarms.raise([anAlarm('a'), anAlarm('b')], ['chat']);
      const [one, two] = await store.alarms.take(['chat']);
      await store.alarms.sent(one!.id);
      await store.alarms.failed(two!.id, 'it answered 500', null);
      store.advance(minutes(60));
      expect(await told('chat')).toEqual([]);
    });

    it('that did not get through comes again when it is time', async () => {
      await store.alarms.raise([anAlarm('a')], ['chat']);
      const [one] = await store.alarms.take(['chat']);
      await store.alarms.failed(one!.id, 'it answered 500', minutes(5));
      store.advance(minutes(4));
      expect(await told('chat')).toEqual([]);
      store.advance(minutes(2));
      expect(await told('chat')).toEqual(['chat: a opened']);
    });

    it('waits for its target, whoever else asks', async () => {
      await store.alarms.raise([anAlarm('a')], ['chat']);
      expect(await told('pager')).toEqual([]);
      expect(await told('chat')).toEqual(['chat: a opened']);
    });

    it('is one of few that are taken at once', async () => {
      const many = Array.from({ length: MAX_SENT + 5 }, (_, n) => anAlarm(`a${n}`));
      await store.alarms.raise(many, ['chat']);
      expect(await told('chat')).toHaveLength(MAX_SENT);
      expect(await told('chat')).toHaveLength(5);
    });
  });
}
