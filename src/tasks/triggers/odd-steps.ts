import { fieldsOf } from './cron/cron-expression.js';
import {
  DAY_OF_MONTH,
  DAY_OF_WEEK,
  HOUR,
  MINUTE,
  MONTH,
  SECOND,
  sizeOf,
  type FieldShape,
} from './cron/field-shape.js';
import { PatternError } from './cron/pattern-error.js';

const SHAPES: readonly FieldShape[] = [SECOND, MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK];

/** A step that goes past its whole field, so that only its first value is left. */
export interface OddStep {
  /** As it is written. */
  readonly item: string;
  readonly field: string;
  /** What it comes to. */
  readonly first: string;
}

/** Steps of an expression that hardly mean what they seem to. None of what is no expression. */
export function oddSteps(expression: string): readonly OddStep[] {
  try {
    return SHAPES.flatMap((shape, index) => inField(fieldsOf(expression)[index]!, shape));
  } catch (error) {
    if (error instanceof PatternError) return [];
    throw error;
  }
}

function inField(text: string, shape: FieldShape): readonly OddStep[] {
  return text.split(',').flatMap((item) => {
    const [, range = '', step] = /^([^/]*)\/(\d+)$/.exec(item) ?? [];
    if (step === undefined || Number(step) < sizeOf(shape)) return [];
    const first = /^(\*|\?)?$/.test(range) ? String(shape.min) : range.split('-')[0]!;
    return [{ item, field: shape.name, first }];
  });
}
