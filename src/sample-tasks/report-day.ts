/** Where the reports' days begin and end. */
export const REPORT_TIME_ZONE = 'Europe/Berlin';

/** The calendar day before the one in which `at` falls there, as `2026-11-22`. */
export function dayBefore(at: Date): string {
  const day = new Date(`${dayOf(at)}T00:00:00Z`);
  // A calendar day has 23 to 25 hours, so the step is taken on the calendar, not on the clock.
  day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}

/** The Swedish way to write a date is the ISO one. */
function dayOf(at: Date): string {
  const format = { timeZone: REPORT_TIME_ZONE, dateStyle: 'short' } as const;
  return new Intl.DateTimeFormat('sv-SE', format).format(at);
}
