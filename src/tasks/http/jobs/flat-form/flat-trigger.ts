import { InvalidInputError } from '../../../domain/errors.js';
import { periodMs, type TriggerSpec } from '../../../triggers/trigger-spec.js';
import type { FlatJob, TriggerFields } from './flat-job.js';

type Given = Exclude<FlatJob['trigger'], undefined>;

/** Which fields belong to which trigger; the others in it are refused. */
const COMMON = ['start_date', 'end_date', 'timezone', 'jitter'];
const BELONGS: Readonly<Record<string, readonly string[]>> = {
  interval: ['weeks', 'days', 'hours', 'minutes', 'seconds', ...COMMON],
  cron: ['year', 'month', 'day', 'week', 'day_of_week', 'hour', 'minute', 'second', ...COMMON],
  date: ['run_date', 'timezone'],
};

/**
 * The trigger that the flat fields describe, as our own form has it.
 *
 * @throws InvalidInputError for fields of another trigger
 */
export function triggerOfFlat(trigger: Given, beside: TriggerFields): TriggerSpec {
  const { type, ...inside } = typeof trigger === 'string' ? { type: trigger } : trigger;
  const fields: TriggerFields = { ...beside, ...inside };
  refuseOthers(type, fields);
  const zone = fields.timezone === undefined ? {} : { timeZone: fields.timezone };
  switch (type) {
    case 'date':
      if (fields.run_date === undefined) {
        throw refused('run_date', 'must be given; to run a job now, ask for a run of it');
      }
      return { type, at: withTime(rfc3339(fields.run_date)), ...zone };
    case 'interval':
      return { type, ...interval(fields), ...bounds(fields), ...zone };
    case 'cron':
      return { type, fields: cronFields(fields), ...bounds(fields), ...zone };
  }
}

/**
 * A trigger that fires at `first`, and then goes on as it is told. An interval counts from then on; of
 * a cron trigger everything before is left out.
 */
export function firingFirstAt(trigger: TriggerSpec, first: Date): TriggerSpec {
  const at = first.toISOString();
  if (trigger.type === 'date') return { ...trigger, at };
  if (trigger.type === 'interval') return { ...trigger, startAt: at };
  const after: TriggerSpec = { type: 'and', triggers: [trigger], startAt: at };
  return { type: 'or', triggers: [{ type: 'date', at }, after] };
}

function refuseOthers(type: string, fields: TriggerFields): void {
  for (const name of Object.keys(fields)) {
    if (BELONGS[type]?.includes(name)) continue;
    throw refused(name, `is no field of the trigger "${type}"`);
  }
}

/** Fractions become milliseconds, which the flat form does not have. */
function interval({ weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0 }: TriggerFields) {
  const given = { weeks, days, hours, minutes, seconds };
  if (Object.values(given).every(Number.isInteger)) {
    return Object.fromEntries(Object.entries(given).filter(([, amount]) => amount > 0));
  }
  return { milliseconds: Math.round(periodMs({ type: 'interval', ...given })) };
}

function cronFields(fields: TriggerFields) {
  const { year, month, day, week, day_of_week: dayOfWeek, hour, minute, second } = fields;
  const named = { year, month, day, week, dayOfWeek, hour, minute, second };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const bounds = ({ start_date: start, end_date: end }: TriggerFields) => ({
  ...(start !== undefined && { startAt: rfc3339(start) }),
  ...(end !== undefined && { endAt: rfc3339(end) }),
});

/** `2026-11-23 08:00:00` is written with a `T` in between. */
const rfc3339 = (text: string) =>
  text
    .trim()
    .replace(/^(\d{4}-\d\d-\d\d) +/, '$1T')
    .replace(/(T\d\d:\d\d)(?=$|Z|[+-])/, '$1:00');

/** A date alone stands for its midnight. */
const withTime = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);

const refused = (name: string, message: string) =>
  new InvalidInputError('The job', [{ pointer: `/${name}`, message }]);

/** An instant as the flat form writes it; null: it is none, or has no zone. */
export function instantOfFlat(text: string): Date | null {
  const written = rfc3339(text);
  if (!/(Z|[+-]\d\d:?\d\d)$/i.test(written)) return null;
  const at = new Date(written);
  return Number.isNaN(at.getTime()) ? null : at;
}
