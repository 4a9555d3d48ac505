import { sizeOf, type FieldShape } from './field-shape.js';
import { PatternError } from './pattern-error.js';

/** One item of a field's list: from, to and step. `from > to` wraps around the field's end. */
export interface CronRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** It stands for the whole field, with or without a step: a star, or a range over all of it. */
  readonly isWild: boolean;
}

/** How strict a dialect is about ranges. */
export interface RangeRules {
  /** Whether `22-2` goes on past midnight. */
  readonly wraps: boolean;
  /**
   * Whether a step that is longer than its range is refused. Where it is not, only the first value of
   * the range is left, as crontab has it.
   */
  readonly stepFitsRange: boolean;
}

const ITEM = /^(\*|\?|[a-z]+|\d+)?(?:-([a-z]+|\d+))?(?:\/(\d+))?$/i;

/**
 * Reads `*`, `5`, `MON`, `1-5`, `22-2`, `10-40/10` or `5/10` (from 5 to the field's end).
 *
 * @throws PatternError
 */
export function parseRange(item: string, shape: FieldShape, rules: RangeRules): CronRange {
  const match = ITEM.exec(item);
  const [, first, last, stepText] = match ?? [];
  const isStar = first === '*' || first === '?' || (first === undefined && stepText !== undefined);
  if (!match || (isStar && last !== undefined) || (first === undefined && stepText === undefined)) {
    throw new PatternError(shape.name, item, `cannot be read: ${expected(shape)}`);
  }
  const from = isStar ? shape.min : valueOf(first ?? '', shape);
  const to = lastOf({ isStar, from, last, hasStep: stepText !== undefined }, shape);
  if (from > to && !rules.wraps) {
    throw new PatternError(
      shape.name,
      item,
      'goes backwards: write it as two ranges with a comma between',
    );
  }
  const step = stepText === undefined ? 1 : stepOf(stepText, item, { from, to }, shape, rules);
  return { from, to, step, isWild: isStar || (from === shape.min && to === shape.max) };
}

/** Reads a list of ranges. @throws PatternError */
export function parseRanges(text: string, shape: FieldShape, rules: RangeRules): CronRange[] {
  return text.split(',').map((item) => parseRange(item.trim(), shape, rules));
}

/** The values of a range, within the field. */
export function* valuesOf({ from, to, step }: CronRange, shape: FieldShape): Generator<number> {
  const end = from > to ? to + sizeOf(shape) : to;
  for (let value = from; value <= end; value += step) {
    yield shape.min + ((value - shape.min) % sizeOf(shape));
  }
}

/** @throws PatternError */
export function valueOf(text: string, shape: FieldShape): number {
  const named = shape.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return shape.min + named;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= shape.min && value <= shape.max) return value;
  throw new PatternError(shape.name, text, `is not allowed: ${expected(shape)}`);
}

/** The remedy: what the field takes. */
export function expected({ min, max, names }: FieldShape): string {
  const numbers = `use ${min} to ${max}`;
  return names ? `${numbers}, or ${names[0]} to ${names.at(-1)}` : numbers;
}

function lastOf(
  item: { isStar: boolean; from: number; last: string | undefined; hasStep: boolean },
  shape: FieldShape,
): number {
  if (item.last !== undefined) return valueOf(item.last, shape);
  return item.isStar || item.hasStep ? shape.max : item.from;
}

function stepOf(
  text: string,
  item: string,
  { from, to }: { from: number; to: number },
  shape: FieldShape,
  rules: RangeRules,
): number {
  const step = Number(text);
  const size = sizeOf(shape);
  const most = rules.stepFitsRange ? (to - from + size) % size : Number.MAX_SAFE_INTEGER;
  if (step >= 1 && step <= most) return step;
  if (most < 1) throw new PatternError(shape.name, item, 'has a step but no range');
  const remedy = rules.stepFitsRange ? `use 1 to ${most}` : 'use 1 or more';
  throw new PatternError(shape.name, item, `has a step of ${text}: ${remedy}`);
}
