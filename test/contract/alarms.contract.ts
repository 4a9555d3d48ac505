import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../src/tasks/domain/problems/alarms.js';
import { MAX_SENT, SENDING_MS, type Wanted } from '../../src/tasks/store/alarm-store.js';
import { minutes } from '../support/builders.js';
import type { MakeStore, TestStore } from './test-store.js';

const anAlarm = (key: string, alarm: Partial<Alarm> = {}): Alarm => ({
  key,
  kind: 'failing',
  severity: 'warning',
  jobId: 'report',
  inARow: null,
  sureAfterMs: 0,
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

  const ALL: Wanted = { severities: ['error', 'warning'], failuresInARow: 1 };
  /** What a node does that looks and tells these targets. */
  async function raise(alarms: readonly Alarm[], targets: readonly string[], wanted = ALL) {
    await store.alarms.see(alarms, 10_000);
    await store.alarms.tell(targets, wanted);
  }
  async function recover(...targets: string[]) {
    await store.alarms.close(minutes(1));
    await store.alarms.tell(targets, ALL);
  }
  /** All that is to be told, until nothing is left. */
  async function allTold(...targets: string[]): Promise<string[]> {
    const lines: string[] = [];
    for (let taken = await store.alarms.take(targets); taken.length > 0;) {
      for (const { id } of taken) await store.alarms.sent(id);
      lines.push(...taken.map(({ target, event, alarm }) => `${target}: ${alarm.key} ${event}`));
      taken = await store.alarms.take(targets);
    }
    return lines.sort();
  }

  describe('an alarm', () => {
    it('is told to each target once, however often and by how many it is seen', async () => {
      await Promise.all(
        [1, 2, 3].map(() => raise([anAlarm('b'), anAlarm('a')], ['chat', 'pager'])),
      );
      await raise([anAlarm('a')], ['chat', 'pager']);
      expect((await told('chat', 'pager')).sort()).toEqual([
        'chat: a opened',
        'chat: b opened',
        'pager: a opened',
        'pager: b opened',
      ]);
    });

    it('is over when nobody has seen it for a while, and begins anew when it comes again', async () => {
      await raise([anAlarm('a')], ['chat']);
      const [opened] = await store.alarms.take(['chat']);
      await store.alarms.sent(opened!.id);
      store.advance(50_000);
      await raise([anAlarm('a')], ['chat']);
      store.advance(50_000);
      await recover('chat');
      expect(await told('chat')).toEqual([]);
      store.advance(20_000);
      await recover('chat');
      await recover('chat');
      const [over, ...others] = await store.alarms.take(['chat']);
      expect(others).toEqual([]);
      expect(over).toMatchObject({ event: 'recovered', alarmId: opened!.alarmId });
      expect(over!.openedAt).toEqual(opened!.openedAt);
      expect(over!.at.getTime()).toBeGreaterThan(opened!.at.getTime());
      await store.alarms.sent(over!.id);
      await raise([anAlarm('a')], ['chat']);
      expect(await told('chat')).toEqual(['chat: a opened']);
    });

    it('is told as it is now where the end comes before the beginning could be sent', async () => {
      await raise([anAlarm('a')], ['chat', 'pager']);
      store.advance(minutes(2));
      await recover('chat', 'pager');
      expect(await told('chat')).toEqual(['chat: a opened']);
      // Another target does not wait for this one.
      const [opened] = await store.alarms.take(['pager']);
      await store.alarms.sent(opened!.id);
      expect(await told('pager')).toEqual(['pager: a recovered']);
    });

    it('that comes again is told after the end of the one before', async () => {
      await raise([anAlarm('a')], ['chat']);
      store.advance(minutes(2));
      await recover('chat');
      await raise([anAlarm('a')], ['chat']);
      const events: string[] = [];
      for (let taken = await store.alarms.take(['chat']); taken.length > 0;) {
        expect(taken).toHaveLength(1);
        events.push(taken[0]!.event);
        await store.alarms.sent(taken[0]!.id);
        taken = await store.alarms.take(['chat']);
      }
      expect(events).toEqual(['opened', 'recovered', 'opened']);
    });

    it('is told to the targets of each node, whoever looks, and to one that is new', async () => {
      await raise([anAlarm('a')], ['chat']);
      await store.alarms.tell(['mail'], ALL);
      expect(await allTold('chat', 'mail')).toEqual(['chat: a opened', 'mail: a opened']);
      store.advance(minutes(2));
      await recover('chat');
      await store.alarms.tell(['mail', 'late'], ALL);
      expect(await allTold('chat', 'mail', 'late')).toEqual([
        'chat: a recovered',
        'mail: a recovered',
      ]);
    });

    it('is told to whom it concerns, and ends for nobody else', async () => {
      const picky: Wanted = { severities: ['error'], failuresInARow: 1 };
      const patient: Wanted = { severities: ['warning'], failuresInARow: 3 };
      const failing = (inARow: number) => [anAlarm('a', { inARow })];
      await raise(failing(2), ['pager'], picky);
      await store.alarms.tell(['mail'], patient);
      await store.alarms.tell(['chat'], ALL);
      expect(await allTold('pager', 'mail', 'chat')).toEqual(['chat: a opened']);
      await raise(failing(3), ['mail'], patient);
      expect(await allTold('pager', 'mail', 'chat')).toEqual(['mail: a opened']);
      store.advance(minutes(2));
      await recover('pager', 'mail', 'chat');
      expect(await allTold('pager', 'mail', 'chat')).toEqual([
        'chat: a recovered',
        'mail: a recovered',
      ]);
    });

    it('that may pass in a moment is told when it was seen again after that', async () => {
      const alarm = anAlarm('no-leader', { kind: 'no-leader', sureAfterMs: 5_000 });
      await raise([alarm], ['chat']);
      store.advance(10_000);
      await store.alarms.tell(['chat'], ALL);
      expect(await allTold('chat')).toEqual([]);
      await raise([alarm], ['chat']);
      expect(await allTold('chat')).toEqual(['chat: no-leader opened']);
    });

    it('that passed in a moment, and comes once more, has not lasted', async () => {
      const alarm = anAlarm('no-leader', { kind: 'no-leader', sureAfterMs: 5_000 });
      await raise([alarm], ['chat']);
      store.advance(50_000);
      await raise([alarm], ['chat']);
      expect(await allTold('chat')).toEqual([]);
    });

    it('of one job stays open while one alarm tells of all, and that one while any of its kind does', async () => {
      const all = anAlarm('failing', { jobId: null });
      await raise(
        [anAlarm('failing:a'), anAlarm('failing:b'), anAlarm('late:a', { kind: 'overdue' })],
        ['chat'],
      );
      expect(await allTold('chat')).toHaveLength(3);
      for (let minute = 0; minute < 3; minute++) {
        store.advance(minutes(1));
        await raise([all], ['chat']);
        await recover('chat');
      }
      expect(await allTold('chat')).toEqual(['chat: failing opened', 'chat: late:a recovered']);
      for (let minute = 0; minute < 3; minute++) {
        store.advance(minutes(1));
        await raise([anAlarm('failing:a')], ['chat']);
        await recover('chat');
      }
      expect(await allTold('chat')).toEqual(['chat: failing:b recovered']);
      store.advance(minutes(2));
      await recover('chat');
      expect(await allTold('chat')).toEqual([
        'chat: failing recovered',
        'chat: failing:a recovered',
      ]);
    });

    it('that was given up before it was told has no end', async () => {
      await raise([anAlarm('a')], ['chat']);
      const [opened] = await store.alarms.take(['chat']);
      await store.alarms.failed(opened!.id, 'it answered 500', null);
      store.advance(minutes(2));
      await recover('chat');
      expect(await allTold('chat')).toEqual([]);
    });

    it('that was over before it was given up has no end either', async () => {
      await raise([anAlarm('a')], ['chat']);
      const [opened] = await store.alarms.take(['chat']);
      store.advance(minutes(2));
      await recover('chat');
      await store.alarms.failed(opened!.id, 'it answered 500', null);
      expect(await allTold('chat')).toEqual([]);
    });
  });

  describe('a notification', () => {
    it('is taken by one node at a time, and comes again where that one dies', async () => {
      await raise([anAlarm('a')], ['chat']);
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
      await raise([anAlarm('a'), anAlarm('b')], ['chat']);
      const [one, two] = await store.alarms.take(['chat']);
      await store.alarms.sent(one!.id);
      await store.alarms.failed(two!.id, 'it answered 500', null);
      store.advance(minutes(60));
      expect(await told('chat')).toEqual([]);
    });

    it('that did not get through comes again when it is time', async () => {
      await raise([anAlarm('a')], ['chat']);
      const [one] = await store.alarms.take(['chat']);
      await store.alarms.failed(one!.id, 'it answered 500', minutes(5));
      store.advance(minutes(4));
      expect(await told('chat')).toEqual([]);
      store.advance(minutes(2));
      expect(await told('chat')).toEqual(['chat: a opened']);
    });

    it('waits for its target, whoever else asks', async () => {
      await raise([anAlarm('a')], ['chat']);
      expect(await told('pager')).toEqual([]);
      expect(await told('chat')).toEqual(['chat: a opened']);
    });

    it('is one of few that are taken at once', async () => {
      const many = Array.from({ length: MAX_SENT + 5 }, (_, n) => anAlarm(`a${n}`));
      await raise(many, ['chat']);
      expect(await told('chat')).toHaveLength(MAX_SENT);
      expect(await told('chat')).toHaveLength(5);
    });
  });
}
