/** The names of our fields in the flat form, where they are others. */
const NAMES: Readonly<Record<string, string>> = {
  '/task': '/func',
  '/payload': '/kwargs',
  '/misfireGraceMs': '/misfire_grace_time',
  '/maxInstances': '/max_instances',
  '/jitterMs': '/jitter',
  '/trigger/at': '/run_date',
  '/trigger/startAt': '/start_date',
  '/trigger/endAt': '/end_date',
  '/trigger/timeZone': '/timezone',
  '/trigger/fields/dayOfWeek': '/day_of_week',
};

/** Where a refused field stands in the flat form that was sent. */
export function flatPointer(pointer: string): string {
  return NAMES[pointer] ?? pointer.replace(/^\/trigger\/fields\/(\w+)$/, '/$1');
}
