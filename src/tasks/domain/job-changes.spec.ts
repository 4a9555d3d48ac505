import { describe, expect, it } from 'vitest';
import { aStoredJob, hours, later, minutes, NOON, stored } from '../../../test/support/builders.js';
import { WrongStateError } from './errors.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { orphaned, paused, redefined, resumed, revived, undealt } from './job-changes.js';

const at = (n: number) => later(NOON, minutes(n));
const covers = (from: number, to: number) => ({ from: at(from), to: at(to), count: to - from + 1 });

/** Next at one minute past noon, and then every minute. */
const report = aStoredJob('report');
const LUNAR = { type: 'lunar' } as unknown as TriggerSpec;

describe('pausing', () => {
  it('leaves no plan, and skips what was overdue as one range', () => {
    const change = paused(report, { reason: 'noise' }, at(3.5));
    expect(change).toMatchObject({
      nextFireAt: null,
      skipped: { reason: 'paused', ...covers(1, 3) },
      pending: 'hold',
      definition: { paused: true, pauseReason: 'noise', pausedAt: at(3.5), idleSince: at(3.5) },
    });
  });

  it('skips a fire time of this very instant, and none that is to come', () => {
    expect(paused(report, {}, at(1)).skipped).toMatchObject(covers(1, 1));
    expect(paused(report, {}, later(at(1), -1)).skipped).toBeNull();
  });

  it('a second time keeps since when it is paused, and takes the new reason and end', () => {
    const once = stored(report, paused(report, { reason: 'first', until: at(60) }, at(1)));
    const twice = paused(once, { reason: 'second' }, at(9));
    expect(twice.skipped).toBeNull();
    expect(twice.definition).toMatchObject({
      pauseReason: 'second',
      pausedUntil: null,
      pausedAt: at(1),
      idleSince: at(1),
    });
  });

  it('takes no notice of what a node of the version before left behind when it resumed the job', () => {
    const left = { ...report, pausedAt: at(-90), idleSince: at(-90) };
    expect(paused(left, {}, at(1)).definition).toMatchObject({
      pausedAt: at(1),
      idleSince: at(1),
    });
  });

  it('is possible where this version cannot read the trigger', () => {
    const unreadable = aStoredJob('report', { trigger: LUNAR, state: 'unreadable' });
    expect(paused(unreadable, {}, at(9))).toMatchObject({ skipped: null, nextFireAt: null });
    expect(undealt(unreadable, at(9), 'replaced')).toBeNull();
  });
});

describe('resuming', () => {
  const idle = stored(report, paused(report, {}, at(1.5)));

  it('plans from now on and skips what was missed as one range', () => {
    expect(resumed(idle, 'skip', at(5))).toMatchObject({
      nextFireAt: at(6),
      skipped: { reason: 'paused', ...covers(2, 5) },
      pending: 'release',
      definition: { paused: false, pauseReason: null, pausedAt: null, idleSince: null },
    });
  });

  it('fires the last fire time that was missed, if that is asked for', () => {
    expect(resumed(idle, 'once', at(5.5))).toMatchObject({
      nextFireAt: at(5),
      skipped: covers(2, 4),
    });
  });

  it('makes up for nothing where nothing was missed', () => {
    expect(resumed(idle, 'once', at(1.9))).toMatchObject({ nextFireAt: at(2), skipped: null });
  });

  it('makes up for nothing that has been dealt with before the clock was set back', () => {
    const dealtWith = { ...idle, lastFireAt: at(5) };
    expect(resumed(dealtWith, 'once', at(3))).toMatchObject({ nextFireAt: at(6), skipped: null });
  });

  it('leaves a job finished that has had its runs, and records no misses of it', () => {
    const done = { ...idle, maxRuns: 3, fired: 3 };
    expect(resumed(done, 'once', at(5))).toMatchObject({ nextFireAt: null, skipped: null });
  });

  it('records nothing where nobody noted since when the job is idle', () => {
    const older = { ...idle, idleSince: null };
    expect(resumed(older, 'once', at(5))).toMatchObject({ nextFireAt: at(6), skipped: null });
  });

  it('of an orphan ends the pause, not the wait for its code', () => {
    const orphan = stored(idle, orphaned(idle, at(3)));
    const change = resumed(orphan, 'once', at(5));
    expect(change).toMatchObject({ nextFireAt: null, skipped: covers(4, 5), pending: 'release' });
    const alive = revived(stored(orphan, change), at(8));
    expect(alive).toMatchObject({ nextFireAt: at(9), skipped: { reason: 'orphaned' } });
    expect(alive.skipped).toMatchObject(covers(6, 8));
  });

  it('is refused with the remedy where this version cannot read the trigger', () => {
    const unreadable = { ...idle, trigger: LUNAR };
    expect(() => resumed(unreadable, 'skip', at(5))).toThrow(WrongStateError);
    expect(() => resumed(unreadable, 'once', at(5))).toThrow('or remove it');
  });
});

describe('an orphan', () => {
  it('is not fired, and its pending runs wait for its code', () => {
    expect(orphaned(report, at(2))).toMatchObject({
      nextFireAt: null,
      skipped: { reason: 'orphaned', ...covers(1, 2) },
      pending: 'keep',
      definition: { orphanedAt: at(2), idleSince: at(2), paused: false },
    });
  });

  it('that was paused records why: the pause up to now, and from now on too', () => {
    const idle = stored(report, paused(report, {}, at(1.5)));
    const change = orphaned(idle, at(4));
    expect(change.skipped).toMatchObject({ reason: 'paused', ...covers(2, 4) });
    const orphan = stored(idle, change);
    const stillPaused = revived(orphan, at(9));
    expect(stillPaused).toMatchObject({ nextFireAt: null, skipped: null });
    expect(stillPaused.definition.orphanedAt).toBeNull();
    const awake = resumed(stored(orphan, stillPaused), 'skip', at(9));
    expect(awake.skipped).toMatchObject({ reason: 'paused', ...covers(5, 9) });
  });

  it('that is paused records each fire time once', () => {
    const orphan = stored(report, orphaned(report, at(2)));
    const change = paused(orphan, {}, at(4));
    expect(change.skipped).toMatchObject({ reason: 'orphaned', ...covers(3, 4) });
    const both = stored(orphan, change);
    const known = stored(both, revived(both, at(6)));
    expect(resumed(known, 'skip', at(6)).skipped).toMatchObject(covers(5, 6));
  });

  it('whose trigger this version cannot read stays one', () => {
    const orphan = { ...stored(report, orphaned(report, at(2))), trigger: LUNAR };
    expect(revived(orphan, at(9)).definition.orphanedAt).toEqual(at(2));
  });

  it('that was not one yet is only known again', () => {
    const doubted = { ...report, unknownSince: NOON };
    const change = revived(doubted, at(0.5));
    expect(change).toMatchObject({ nextFireAt: at(1), skipped: null });
    expect(change.definition.unknownSince).toBeNull();
  });
});

describe('another definition', () => {
  it('keeps the plan, overdue or not, unless the trigger or its end is another', () => {
    expect(redefined(report, { ...report, priority: 5 }, at(4))).toMatchObject({
      nextFireAt: at(1),
      skipped: null,
      pending: 'keep',
    });
  });

  it('is the same whatever the order of the keys of its trigger', () => {
    const { type, ...rest } = report.trigger;
    const turned = { ...rest, type } as TriggerSpec;
    expect(redefined(report, { ...report, trigger: turned }, at(4)).skipped).toBeNull();
  });

  it('ends a job that has had as many runs already, and begins it again with more', () => {
    const half = { ...report, fired: 3 };
    expect(redefined(half, { ...half, maxRuns: 3 }, at(2))).toMatchObject({
      nextFireAt: null,
      skipped: { reason: 'replaced', ...covers(1, 2) },
    });
    const done = { ...half, maxRuns: 3, nextFireAt: null, state: 'finished' as const };
    expect(redefined(done, { ...done, maxRuns: 4 }, at(7))).toMatchObject({
      nextFireAt: at(8),
      skipped: null,
    });
  });

  it('plans nothing that was dealt with before the clock was set back', () => {
    const trigger: TriggerSpec = { type: 'cron', expression: '* * * * *' };
    const ahead = { ...report, lastFireAt: at(5), nextFireAt: at(6) };
    expect(redefined(ahead, { ...ahead, trigger }, at(2)).nextFireAt).toEqual(at(6));
  });

  it('counts no more than can be counted, and covers it all the same', () => {
    const busy = aStoredJob('busy', { trigger: { type: 'cron', expression: '* * * * * *' } });
    const range = undealt(busy, later(NOON, hours(24 * 3650)), 'replaced');
    expect(range).toMatchObject({ count: null, from: at(1), to: later(NOON, hours(24 * 3650)) });
  });

  it('gives `H` in a cron expression the value that belongs to the job', () => {
    const spread = aStoredJob('spread', { trigger: { type: 'cron', expression: 'H * * * *' } });
    const change = redefined(spread, { ...spread, maxRuns: 9 }, at(1));
    const again = redefined(aStoredJob('other', spread), { ...spread, maxRuns: 9 }, at(1));
    expect(change.nextFireAt).toEqual(again.nextFireAt);
    expect(undealt(spread, at(120), 'replaced')?.to.getUTCMinutes()).toBe(
      change.nextFireAt?.getUTCMinutes(),
    );
  });
});
