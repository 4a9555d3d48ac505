import { InvalidInputError } from './invalid-input.js';
import { Budget, SearchTooLong } from './time/budget.js';
import { ClockNotes } from './clock-notes.js';
import { compileTrigger } from './compile-trigger.js';
import { parseTrigger, type TriggerOptions } from './parse-trigger.js';
import { OUTERMOST } from './surroundings.js';
import { triggerSpecSchema, type TriggerSpec } from './trigger-spec.js';
import { offsetText, wallText } from './time/wall-text.js';
import { fixedZone, UTC, zoneOf, type Zone } from './time/zone.js';

/** A fire time as a preview shows it. */
export interface FireTime {
  readonly at: Date;
  /** RFC 3339 in UTC. */
  readonly utc: string;
  /** What the clocks show in the zone of the trigger, such as `2026-03-29T03:00:00`. */
  readonly local: string;
  /** The zone's distance from UTC at that instant, such as `+02:00`. */
  readonly offset: string;
  /** What a change of the clocks does to this fire time, in words; null: nothing. */
  readonly note: string | null;
}

export interface FireTimesQuery {
  /** The first instant that counts. */
  readonly from: Date;
  /** The last instant that counts. Default: no end. */
  readonly to?: Date | undefined;
  /** At most so many, up to 1,000. Default: 10. */
  readonly limit?: number | undefined;
}

export const MAX_FIRE_TIMES = 1_000;

/** Fire times, and whether there are more. */
export interface FireTimes {
  readonly items: readonly FireTime[];
  /** These are all that the range has. */
  readonly complete: boolean;
  /** From where to ask for those that follow; null: there are none, or they are too hard to compute. */
  readonly nextFrom: Date | null;
}

/**
 * The fire times of a spec, in order. Of a trigger that is very hard to compute there may be fewer
 * than asked for.
 *
 * @throws InvalidInputError
 */
export const fireTimes = (
  spec: unknown,
  query: FireTimesQuery,
  options: TriggerOptions = {},
): FireTime[] => [...fireTimesIn(spec, query, options).items];

/** The same, which says whether there are more. @throws InvalidInputError */
export function fireTimesIn(
  spec: unknown,
  { from, to, limit = 10 }: FireTimesQuery,
  options: TriggerOptions = {},
): FireTimes {
  checkQuery(from, to, limit);
  parseTrigger(spec, options);
  const parsed = triggerSpecSchema.parse(spec);
  const rule = compileTrigger(parsed, { ...OUTERMOST, seed: options.seed });
  const zone = displayZone(parsed) ?? UTC;
  const notes = new ClockNotes(parsed, rule, zone, options.seed);
  const end = to?.getTime() ?? Infinity;
  const budget = new Budget(STEPS + limit * STEPS_EACH);
  const found: FireTime[] = [];
  let before = from.getTime() - 1;
  try {
    for (;;) {
      const at = rule.next(before, budget);
      if (at === Infinity || at > end) return { items: found, complete: true, nextFrom: null };
      if (found.length === limit) return { items: found, complete: false, nextFrom: new Date(at) };
      found.push(fireTime(at, zone, notes.noteFor(at, before, budget)));
      before = at;
    }
  } catch (error) {
    if (!(error instanceof SearchTooLong)) throw error;
  }
  const nextFrom = found.length === 0 ? null : new Date(before + 1);
  return { items: found, complete: false, nextFrom };
}

/** What all of them may cost, and what each of them adds: a thousand take ten milliseconds. */
const STEPS = 8_000;
const STEPS_EACH = 24;

function fireTime(at: number, zone: Zone, note: string | null): FireTime {
  const { offset } = zone.segmentAt(at);
  const date = new Date(at);
  return {
    at: date,
    utc: date.toISOString(),
    local: wallText(at + offset),
    offset: offsetText(offset),
    note,
  };
}

/** The zone of the trigger, or the first that one inside it names. */
function displayZone(spec: TriggerSpec): Zone | undefined {
  if (spec.utcOffset !== undefined) return fixedZone(spec.utcOffset);
  if (spec.timeZone !== undefined) return zoneOf(spec.timeZone);
  if (!('triggers' in spec)) return undefined;
  return spec.triggers.map(displayZone).find((zone) => zone !== undefined);
}

function checkQuery(from: Date, to: Date | undefined, limit: number): void {
  const issues = [
    ...(isDate(from) ? [] : [{ pointer: '/from', message: 'must be a date' }]),
    ...(to === undefined || isDate(to) ? [] : [{ pointer: '/to', message: 'must be a date' }]),
    ...(Number.isInteger(limit) && limit >= 1 && limit <= MAX_FIRE_TIMES
      ? []
      : [{ pointer: '/limit', message: `must be a whole number from 1 to ${MAX_FIRE_TIMES}` }]),
  ];
  if (issues.length > 0) throw new InvalidInputError('The query for fire times', issues);
}

const isDate = (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime());
