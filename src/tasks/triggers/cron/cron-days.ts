import { expected, parseRange, valueOf, valuesOf, type RangeRules } from './cron-range.js';
import type { DayTerm } from './day-set.js';
import { DAY_OF_MONTH, DAY_OF_WEEK, sizeOf } from './field-shape.js';
import { PatternError } from './pattern-error.js';

const RULES: RangeRules = { wraps: true, stepFitsRange: false };

/**
 * The day-of-month field of an expression: numbers and ranges, `L` (the last day), `L-3` (three days
 * before it), `15W` (the weekday nearest to the 15th), `LW` (the last weekday). Null: any day.
 *
 * @throws PatternError
 */
export function parseDaysOfMonth(text: string): readonly DayTerm[] | null {
  const terms = text.split(',').flatMap(dayOfMonthTerms);
  return isWholeField(terms, 'day', sizeOf(DAY_OF_MONTH)) ? null : terms;
}

/**
 * The day-of-week field of an expression: names, numbers (0 and 7 are Sunday) and ranges, `5L` (the
 * last Friday of the month), `FRI#2` (the second one). Null: any day.
 *
 * @throws PatternError
 */
export function parseDaysOfWeek(text: string): readonly DayTerm[] | null {
  const terms = text.split(',').flatMap(dayOfWeekTerms);
  return isWholeField(terms, 'weekday', sizeOf(DAY_OF_WEEK)) ? null : terms;
}

function dayOfMonthTerms(item: string): DayTerm[] {
  const fromLast = /^(?:L(?:-(\d+))?(W)?|WL)$/i.exec(item);
  if (fromLast) {
    const back = Number(fromLast[1] ?? 0);
    if (fromLast[1] !== undefined && !(back >= 1 && back <= 30)) {
      throw new PatternError(DAY_OF_MONTH.name, item, 'is not allowed: use L-1 to L-30');
    }
    return [{ kind: fromLast[2] || /^WL$/i.test(item) ? 'last-workday' : 'from-last', back }];
  }
  const near = /^(\d+)W$/i.exec(item);
  if (near) return [{ kind: 'workday-near', day: valueOf(near[1] ?? '', DAY_OF_MONTH) }];
  const range = parseRange(item, DAY_OF_MONTH, RULES);
  return Array.from(valuesOf(range, DAY_OF_MONTH), (day) => ({ kind: 'day', day }));
}

function dayOfWeekTerms(item: string): DayTerm[] {
  const special = /^(.+?)(?:#(\d|L)|(L))$/i.exec(item);
  if (!special) return weekdaysOf(item).map((weekday) => ({ kind: 'weekday', weekday }));
  const [, days = '', nth = 'L'] = special;
  return weekdaysOf(days).map((weekday) => {
    if (/^L$/i.test(nth)) return { kind: 'last-weekday', weekday };
    const number = Number(nth);
    if (number >= 1 && number <= 5) return { kind: 'nth-weekday', weekday, nth: number };
    throw new PatternError(DAY_OF_WEEK.name, item, 'is not allowed: use #1 to #5, or #L');
  });
}

function weekdaysOf(item: string): number[] {
  if (/^L$/i.test(item)) {
    throw new PatternError(
      DAY_OF_WEEK.name,
      item,
      `needs a day, such as FRIL: ${expected(DAY_OF_WEEK)}`,
    );
  }
  return [...valuesOf(parseRange(sevenAsSunday(item), DAY_OF_WEEK, RULES), DAY_OF_WEEK)];
}

/**
 * 7 is Sunday too, and closes a range that began before it. A step from a day on goes to the field's
 * end, which is the Sunday after it: `5/1` is Friday, Saturday and Sunday.
 */
function sevenAsSunday(item: string): string {
  return item
    .replace(/^7(?:-7)?(?:\/\d+)?$/, '0')
    .replace(/^([a-z]+|\d+)\/(\d+)$/i, '$1-7/$2')
    .replace(/^(0|7|sun)-7(?!\d)/i, '0-6')
    .replace(/^7(?!\d)/, '0')
    .replace(/-7(?!\d)/, '-0');
}

/** A field that allows everything says nothing, however it is written. */
function isWholeField(terms: readonly DayTerm[], kind: 'day' | 'weekday', size: number): boolean {
  const values = terms.map((term) =>
    term.kind === 'day' ? term.day : term.kind === 'weekday' ? term.weekday : NaN,
  );
  const plain = values.filter((_, i) => terms[i]?.kind === kind);
  return new Set(plain).size === size;
}
