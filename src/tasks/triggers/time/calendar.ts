/** The Gregorian calendar in whole numbers. A day is its distance in days from 1970-01-01. */

export const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;
export const DAY_SECONDS = 86_400;

/** The first and the last instant that a `Date` can hold. */
export const FIRST_INSTANT = -8_640_000_000_000_000;
export const LAST_INSTANT = 8_640_000_000_000_000;

/** The years that calendar rules know. */
export const FIRST_YEAR = 1970;
export const LAST_YEAR = 9999;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

const DAYS_OF_ERA = 146_097;
const DAYS_TO_EPOCH = 719_468;

// The year is counted from March, so that the leap day is its last one and the months before it
// have lengths that a line fits: 31 30 31 30 31, twice, and the rest.

export function dayNumber(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_OF_ERA + dayOfEra - DAYS_TO_EPOCH;
}

export function civilDate(number: number): CivilDate {
  const z = number + DAYS_TO_EPOCH;
  const era = Math.floor(z / DAYS_OF_ERA);
  const dayOfEra = z - era * DAYS_OF_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** 0 is Sunday. */
export function weekdayOf(number: number): number {
  return (((number + 4) % 7) + 7) % 7;
}

export function monthLength(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** The ISO week of a day: weeks begin on Monday, and week 1 has the year's first Thursday. */
export function isoWeek(number: number): number {
  const thursday = number - ((weekdayOf(number) + 6) % 7) + 3;
  return Math.floor((thursday - dayNumber(civilDate(thursday).year, 1, 1)) / 7) + 1;
}
