import { describe, expect, it } from 'vitest';
import { dayBefore } from './report-day.js';

describe('dayBefore', () => {
  it.each([
    ['a morning', '2026-11-23T05:00:00Z', '2026-11-22'],
    ['after midnight there, before midnight in UTC', '2026-11-22T23:30:00Z', '2026-11-22'],
    ['the first of a month', '2026-03-01T05:00:00Z', '2026-02-28'],
    ['midnight after the long day of autumn', '2026-10-25T23:00:00Z', '2026-10-25'],
    ['the morning after the short day of spring', '2026-03-29T22:30:00Z', '2026-03-29'],
  ])('is the calendar day before: %s', (_title, at, day) => {
    expect(dayBefore(new Date(at))).toBe(day);
  });
});
