import type { Budget } from './time/budget.js';
import { refuse } from './refuse.js';
import type { Compiled } from './surroundings.js';
import { endOf, isInGap, readInstant, startOf } from './time/instant-text.js';
import { FIRST_INSTANT } from './time/calendar.js';
import type { TriggerSpec } from './trigger-spec.js';
import type { Zone } from './time/zone.js';

/** A spec may hold so many triggers that are not `and` or `or`. */
const MAX_PLAIN_TRIGGERS = 32;

/** Looks at each trigger of a spec, and refuses what could be stored but would not work. */
export function inspector(budget: Budget): (compiled: Compiled) => void {
  let plain = 0;
  return ({ spec, rule, pointer, zone }) => {
    if (spec.type !== 'and' && spec.type !== 'or' && ++plain > MAX_PLAIN_TRIGGERS) {
      throw refuse(pointer, `is one too many: a trigger may hold ${MAX_PLAIN_TRIGGERS} of them`);
    }
    checkInstants(spec, zone, pointer, budget);
    if (rule.next(FIRST_INSTANT - 1, budget) === Infinity) throw neverFires(spec, pointer);
  };
}

function checkInstants(spec: TriggerSpec, zone: Zone, pointer: string, budget: Budget): void {
  const { startAt, endAt, exclude } = spec;
  for (const [field, text] of Object.entries({ startAt, endAt })) {
    if (text !== undefined && isInGap(text, zone, budget)) {
      throw refuse(
        `${pointer}/${field}`,
        `is never shown by the clocks, which are put forward over it: choose another time`,
      );
    }
  }
  if (startAt !== undefined && endAt !== undefined && isBackwards(startAt, endAt, zone, budget)) {
    throw refuse(`${pointer}/endAt`, 'is before startAt');
  }
  exclude?.ranges?.forEach(({ from, to }, i) => {
    if (!isBackwards(from, to, zone, budget)) return;
    throw refuse(`${pointer}/exclude/ranges/${i}/to`, 'is before from');
  });
}

const isBackwards = (from: string, to: string, zone: Zone, budget: Budget) =>
  endOf(to, zone, budget) < startOf(from, zone, budget);

function neverFires(spec: TriggerSpec, pointer: string): Error {
  if (spec.startAt !== undefined || spec.endAt !== undefined || spec.exclude !== undefined) {
    return refuse(pointer, 'never fires within its bounds and outside of what it excludes');
  }
  switch (spec.type) {
    case 'cron':
      return spec.expression === undefined
        ? refuse(`${pointer}/fields`, 'never fires: no date has all of these')
        : refuse(`${pointer}/expression`, `"${spec.expression}" never fires`);
    case 'date':
      return readInstant(spec.at).kind === 'wall'
        ? refuse(`${pointer}/at`, 'never fires: the clocks are put forward over it')
        : refuse(`${pointer}/at`, 'never fires');
    default:
      return refuse(pointer, 'never fires: its parts have no instant in common');
  }
}
