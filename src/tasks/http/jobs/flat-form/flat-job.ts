import { z } from 'zod';

/**
 * A job in the flat form of APScheduler and Flask-APScheduler: `func` instead of a task, and the
 * trigger's arguments beside everything else, durations in seconds.
 *
 * `func` is the name under which a task is registered, and nothing else: no code is looked up by it.
 * Only what APScheduler knows is read here, so a misspelt field is refused as everywhere.
 */
const seconds = z.number().min(0).max(3_155_760_000);
const amount = z.number().min(0);
const field = z.union([z.number().int(), z.string()], { error: 'must be a number or a text' });
const instantText = z.string().min(1).max(64);
const onlyOne = (what: string) =>
  z.literal('default', { error: `must be "default": there is one ${what}` });

/** Arguments of the triggers, by the name that the flat form gives them. */
export const triggerFields = {
  weeks: amount.exactOptional(),
  days: amount.exactOptional(),
  hours: amount.exactOptional(),
  minutes: amount.exactOptional(),
  seconds: amount.exactOptional(),
  run_date: instantText.exactOptional(),
  year: field.exactOptional(),
  month: field.exactOptional(),
  day: field.exactOptional(),
  week: field.exactOptional(),
  day_of_week: field.exactOptional(),
  hour: field.exactOptional(),
  minute: field.exactOptional(),
  second: field.exactOptional(),
  start_date: instantText.exactOptional(),
  end_date: instantText.exactOptional(),
  timezone: z.string().min(1).max(64).exactOptional(),
  /** Seconds. */
  jitter: z.number().min(0).max(86_400).exactOptional(),
};

const TYPES = ['interval', 'cron', 'date'] as const;
const type = z.enum(TYPES, {
  error: 'must be "interval", "cron" or "date"; for others send {"type": …} in our own form',
});

const policyFields = {
  name: z.string().trim().min(1).max(200).exactOptional(),
  args: z.array(z.json()).exactOptional(),
  kwargs: z.record(z.string(), z.json()).exactOptional(),
  /** Seconds; null: however late. */
  misfire_grace_time: seconds.min(0.001).nullable().exactOptional(),
  /** Of several misses one runs, or all of them. */
  coalesce: z.boolean().exactOptional(),
  max_instances: z.number().int().min(1).max(1_000).exactOptional(),
  /** Null: made paused. An instant: fires then first. */
  next_run_time: instantText.nullable().exactOptional(),
  jobstore: onlyOne('store of jobs').exactOptional(),
  executor: onlyOne('executor').exactOptional(),
};

export const flatJobSchema = z
  .strictObject({
    id: z.string(),
    func: z.string().min(1).max(200),
    trigger: z.union([type, z.strictObject({ type, ...triggerFields })]),
    ...policyFields,
    ...triggerFields,
    /** Whether a job of that id is replaced. Default: it is refused. */
    replace_existing: z.boolean().default(false),
  })
  .meta({ id: 'FlatJob', description: "A job in APScheduler's flat form." });
export type FlatJob = z.infer<typeof flatJobSchema>;

export const flatPatchSchema = flatJobSchema
  .omit({ id: true, replace_existing: true, jobstore: true, executor: true })
  .partial({ func: true, trigger: true })
  .meta({ id: 'FlatPatch', description: "A change in APScheduler's flat form." });
export type FlatPatch = z.infer<typeof flatPatchSchema>;

export type TriggerFields = Pick<FlatJob, keyof typeof triggerFields>;

/** Fields that only the flat form has. */
const TELLS = [
  'func',
  'args',
  'kwargs',
  'misfire_grace_time',
  'max_instances',
  'next_run_time',
  'replace_existing',
  'jobstore',
  'executor',
  ...Object.keys(triggerFields),
];

export function isFlat(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { trigger, coalesce } = body as { trigger?: unknown; coalesce?: unknown };
  if (typeof trigger === 'string' || typeof coalesce === 'boolean') return true;
  return TELLS.some((name) => Object.hasOwn(body, name));
}
