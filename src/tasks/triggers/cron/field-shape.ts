import { FIRST_YEAR, LAST_YEAR } from '../time/calendar.js';

/** What one field of a pattern may hold. */
export interface FieldShape {
  /** As messages call it. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names for values, the first for `min`. */
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** 0 is Sunday. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

export const SECOND: FieldShape = { name: 'second', min: 0, max: 59 };
export const MINUTE: FieldShape = { name: 'minute', min: 0, max: 59 };
export const HOUR: FieldShape = { name: 'hour', min: 0, max: 23 };
export const DAY_OF_MONTH: FieldShape = { name: 'day of month', min: 1, max: 31 };
export const MONTH: FieldShape = { name: 'month', min: 1, max: 12, names: MONTHS };
export const DAY_OF_WEEK: FieldShape = { name: 'day of week', min: 0, max: 6, names: WEEKDAYS };
export const WEEK: FieldShape = { name: 'week', min: 1, max: 53 };
export const YEAR: FieldShape = { name: 'year', min: FIRST_YEAR, max: LAST_YEAR };

export const sizeOf = ({ min, max }: FieldShape) => max - min + 1;
