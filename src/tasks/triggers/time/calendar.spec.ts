import { describe, expect, it } from 'vitest';
import { civilDate, DAY_MS, dayNumber, isoWeek, monthLength, weekdayOf } from './calendar.js';

/** Every day of the four hundred years after which the calendar repeats itself, and some before. */
const FIRST = Date.UTC(1965, 0, 1) / DAY_MS;
const LAST = Date.UTC(2370, 11, 31) / DAY_MS;

describe('the calendar', () => {
  it('knows the date and the weekday of each day, and the day of each date', () => {
    const wrong: string[] = [];
    for (let number = FIRST; number <= LAST; number++) {
      const date = new Date(number * DAY_MS);
      const { year, month, day } = civilDate(number);
      const isRight =
        year === date.getUTCFullYear() &&
        month === date.getUTCMonth() + 1 &&
        day === date.getUTCDate() &&
        weekdayOf(number) === date.getUTCDay() &&
        dayNumber(year, month, day) === number;
      if (!isRight) wrong.push(date.toISOString());
    }
    expect(wrong).toEqual([]);
  });

  it('knows how long each month is', () => {
    for (let year = 1965; year <= 2370; year++) {
      for (let month = 1; month <= 12; month++) {
        expect(monthLength(year, month)).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
      }
    }
  });

  it('counts ISO weeks on from Monday to Monday, and begins anew in the week of 4 January', () => {
    let week = isoWeek(FIRST);
    for (let number = FIRST + 1; number <= LAST; number++) {
      const sunday = new Date((number + 6) * DAY_MS);
      const holdsJanuary4 =
        sunday.getUTCMonth() === 0 && sunday.getUTCDate() >= 4 && sunday.getUTCDate() <= 10;
      if (weekdayOf(number) === 1) week = holdsJanuary4 ? 1 : week + 1;
      if (isoWeek(number) !== week) expect.fail(`${sunday.toISOString()} ends week ${week}`);
    }
    expect(week).toBe(53);
  });
});
