import type { Budget } from './time/budget.js';
import { DAY_SECONDS, SECOND_MS } from './time/calendar.js';
import type { ClockPolicy } from './time/clock-policy.js';
import { compileTrigger } from './compile-trigger.js';
import type { Rule } from './rules/rule.js';
import { OUTERMOST } from './surroundings.js';
import type { TriggerSpec } from './trigger-spec.js';
import { timeText } from './time/wall-text.js';
import type { Zone } from './time/zone.js';
import type { Segment } from './time/zone-history.js';

/**
 * Explains what clock changes do to fire times. It compares a trigger with itself under other
 * policies, so that it is right for every kind of trigger: a fire time that is gone under
 * `gap: 'skip'`, for one, was moved.
 */
export class ClockNotes {
  private readonly skipping: Rule;
  private readonly moving: Rule;
  private readonly firstOnly: Rule;
  private readonly secondOnly: Rule;

  constructor(
    spec: TriggerSpec,
    private readonly rule: Rule,
    private readonly zone: Zone,
    seed: string | undefined,
  ) {
    const under = (policy: Partial<ClockPolicy>) =>
      compileTrigger(underPolicy(spec, policy), { ...OUTERMOST, seed });
    this.skipping = under({ gap: 'skip' });
    this.moving = under({ gap: 'next-valid' });
    this.firstOnly = under({ fold: 'first' });
    this.secondOnly = under({ fold: 'second' });
  }

  /** What there is to say about the fire time `at`, which follows `before`. */
  noteFor(at: number, before: number, budget: Budget): string | null {
    const notes = [
      this.moved(at, budget) ?? this.repeated(at, budget),
      this.skippedBetween(before, at, budget),
    ].filter((note) => note !== null);
    return notes.length > 0 ? notes.join('; ') : null;
  }

  private moved(at: number, budget: Budget): string | null {
    if (fires(this.skipping, at, budget)) return null;
    return `moved: ${jump(this.zone.segmentAt(at, budget))}`;
  }

  private repeated(at: number, budget: Budget): string | null {
    const isFirst = !fires(this.secondOnly, at, budget);
    const isSecond = !fires(this.firstOnly, at, budget);
    if (isFirst === isSecond) return null;
    const { from, to, offset, offsetBefore, offsetAfter } = this.zone.segmentAt(at, budget);
    const wall = timeText(Math.floor((at + offset) / SECOND_MS) % DAY_SECONDS);
    const pass = isFirst ? 'first' : 'second';
    const other = isFirst ? at + (offset - offsetAfter) : at - (offsetBefore - offset);
    const isShown = isFirst ? other >= to : other < from;
    return isShown && fires(this.rule, other, budget)
      ? `doubled: the clocks show ${wall} twice, this is the ${pass} time`
      : `the clocks show ${wall} twice: only the ${pass} time counts`;
  }

  private skippedBetween(before: number, at: number, budget: Budget): string | null {
    const left = this.moving.next(before, budget);
    if (left >= at || fires(this.rule, left, budget)) return null;
    return `one was skipped before: ${jump(this.zone.segmentAt(left, budget))}`;
  }
}

const fires = (rule: Rule, at: number, budget: Budget) => rule.next(at - 1, budget) === at;

function jump({ from, offset, offsetBefore }: Segment): string {
  if (offset <= offsetBefore) return 'the clocks are put forward';
  const time = (wall: number) =>
    timeText((((wall / SECOND_MS) % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS);
  const date = new Date(from + offsetBefore).toISOString().slice(0, 10);
  return `on ${date} the clocks go from ${time(from + offsetBefore)} to ${time(from + offset)}`;
}

/** The spec with a policy for it and for all that is in it. */
function underPolicy(spec: TriggerSpec, policy: Partial<ClockPolicy>): TriggerSpec {
  if (!('triggers' in spec)) return { ...spec, ...policy };
  const triggers = spec.triggers.map((inner) => underPolicy(inner, policy));
  return { ...spec, ...policy, triggers };
}
