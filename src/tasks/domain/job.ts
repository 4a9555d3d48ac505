import { z } from 'zod';
import { jsonValue } from './json-value.js';
import { isStorable } from './storable.js';
import { MAX_PERIOD_MS, triggerSpecSchema, type TriggerSpec } from '../triggers/trigger-spec.js';

/** What becomes of fire times that have piled up: one of them runs, or all of them. */
export const COALESCE = ['latest', 'earliest', 'all'] as const;
export type Coalesce = (typeof COALESCE)[number];

/**
 * What becomes of a fire time while the job is at `maxInstances`: it is skipped; it waits its turn, as
 * the only one or one of up to `bufferLimit`; it takes the place of those that run, which are
 * cancelled; it starts nevertheless.
 */
export const OVERLAP = ['skip', 'buffer-one', 'buffer-all', 'cancel-previous', 'allow'] as const;
export type Overlap = (typeof OVERLAP)[number];

/** What becomes of a run whose node died: given up, or run again by another node. */
const ON_CRASH = ['abandon', 'rerun'] as const;
export type OnCrash = (typeof ON_CRASH)[number];

/** Who made the job: a decorator, the host's configuration, or somebody at run time. */
export const JOB_ORIGINS = ['declared', 'config', 'api'] as const;
export type JobOrigin = (typeof JOB_ORIGINS)[number];

/**
 * `finished`: its trigger has no fire time left, or it has had its `maxRuns`. `orphaned`: for too long
 * no live node has known its task, or declared it. `unreadable`: this version cannot read its row.
 */
export const JOB_STATES = ['active', 'paused', 'finished', 'orphaned', 'unreadable'] as const;
export type JobState = (typeof JOB_STATES)[number];

const DAY_MS = 86_400_000;

/** What follows a run that failed or ran out of time. */
export const retrySchema = z.strictObject({
  /** How often a run is tried, the first time counted. Default: 1, so no retry. */
  maxAttempts: z.number().int().min(1).max(100).default(1),
  /** How the waits grow: all `delayMs`, or doubled from it. Default: `exponential`, at random below. */
  backoff: z.enum(['fixed', 'exponential']).exactOptional(),
  /** The first wait, in milliseconds. Default: 1 s. */
  delayMs: z.number().int().min(0).max(DAY_MS).exactOptional(),
  /** No wait is longer, in milliseconds. Default: 1 h. */
  maxDelayMs: z.number().int().min(0).max(DAY_MS).exactOptional(),
  /** Only errors of these names are tried again, such as `TimeoutError`. Default: all. */
  retryOn: z.array(z.string().min(1).max(200)).max(50).exactOptional(),
});
export type Retry = z.infer<typeof retrySchema>;

/** The longest time a timer can wait for. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The choices that shape what a job's fire times become. Each has a default that suits most jobs. */
export const jobPolicySchema = z.strictObject({
  /** How late a fire time may still run, in milliseconds; null: however late. Default: 24 h. */
  misfireGraceMs: z.number().int().positive().max(MAX_PERIOD_MS).nullable().default(DAY_MS),
  /** Which of several missed fire times run. Default: the latest. */
  coalesce: z.enum(COALESCE).default('latest'),
  /** What becomes of a fire time while the job is at `maxInstances`. Default: it is skipped. */
  overlap: z.enum(OVERLAP).default('skip'),
  /** How many runs of the job may be going on at once, unless `overlap` is `allow`. Default: 1. */
  maxInstances: z.number().int().min(1).max(1_000).default(1),
  /** How many runs may wait under `overlap: buffer-all`. Default: 100. */
  bufferLimit: z.number().int().min(1).max(10_000).default(100),
  /** Runs start up to so many milliseconds after their fire time, always as many for one. Default: 0. */
  jitterMs: z.number().int().min(0).max(DAY_MS).default(0),
  /** After so many runs that its trigger has started the job is finished; null: never. Default: null. */
  maxRuns: z.number().int().min(1).max(MAX_TIMER_MS).nullable().default(null),
  /** A run that takes longer is aborted, in milliseconds; null: it may take for ever. Default: null. */
  timeoutMs: z.number().int().min(1).max(MAX_TIMER_MS).nullable().default(null),
  /** What follows a run that failed or ran out of time. Default: nothing. */
  retry: retrySchema.default({ maxAttempts: 1 }),
  /** What becomes of a run whose node died. Default: it is abandoned. */
  onCrash: z.enum(ON_CRASH).default('abandon'),
  /** Whether a run's writes and its success are committed together, or not at all. Default: no. */
  transactional: z.boolean().default(false),
  /** Runs with a lower number are claimed first. Default: 0. */
  priority: z.number().int().min(-1_000).max(1_000).default(0),
});

export type JobPolicy = z.infer<typeof jobPolicySchema>;

export const POLICY_NAMES = Object.keys(jobPolicySchema.shape) as readonly (keyof JobPolicy)[];

const STORABLE = { error: 'holds a character that cannot be stored (U+0000 or half a surrogate)' };

/** Whatever JSON can hold, as JSON has it. */
const jsonSchema = z.unknown().transform((value, { issues }) => {
  const found = jsonValue(value);
  if ('json' in found) return found.json;
  const { path, message } = found;
  issues.push({ code: 'custom', input: value, path: [...path], message });
  return z.NEVER;
});

/** A line for people. */
const line = (most: number) => z.string().trim().min(1).max(most).refine(isStorable, STORABLE);

/** Any printable text: a job's id stands in URLs, where clients encode it, and in logs. */
export const jobIdSchema = line(200)
  .refine((id) => !/\p{Cc}/u.test(id), { error: 'cannot hold control characters' })
  .refine((id) => id !== '.' && id !== '..', { error: 'cannot be a path segment' });

/** What it takes to make a job at run time. */
export const newJobSchema = jobPolicySchema.extend({
  id: jobIdSchema,
  /** For people. Default: the id. */
  name: line(200).optional(),
  /** The task to run, by the name under which a node registered it. */
  task: line(200),
  /** JSON handed to the handler. Default: null. */
  payload: jsonSchema.default(null),
  trigger: triggerSpecSchema,
  tags: z.array(line(100)).max(50).default([]),
  /** Whether it is made paused, to fire only once it is resumed. Default: no. */
  paused: z.boolean().default(false),
  /** Whether the job is removed once it is finished; its runs stay. Default: no. */
  deleteWhenDone: z.boolean().default(false),
});

export type NewJobInput = z.input<typeof newJobSchema>;
export type NewJob = z.output<typeof newJobSchema>;

const { id: _id, paused: _paused, ...changeable } = newJobSchema.shape;

/** What can be changed of a stored job: each field replaces the one it names. */
export const jobPatchSchema = z.strictObject(exactlyOptional(changeable));

export type JobPatchInput = z.input<typeof jobPatchSchema>;
export type JobPatch = Readonly<z.output<typeof jobPatchSchema>>;

type WithoutDefault<Schema> = Schema extends z.ZodDefault<infer Inner> | z.ZodOptional<infer Inner>
  ? Inner
  : Schema;

/** In a patch, what is not given stays as it is: no default takes its place. */
function exactlyOptional<Shape extends z.ZodRawShape>(shape: Shape) {
  const fields = Object.entries(shape).map(([name, schema]) => {
    const given = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional;
    const inner = given ? schema.unwrap() : schema;
    return [name, z.exactOptional(inner)];
  });
  return Object.fromEntries(fields) as {
    [Name in keyof Shape]: z.ZodExactOptional<WithoutDefault<Shape[Name]>>;
  };
}

/** A stored order: run this task, with this payload, on this trigger, under these policies. */
export interface Job extends JobPolicy {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly payload: unknown;
  readonly trigger: TriggerSpec;
  readonly tags: readonly string[];
  readonly origin: JobOrigin;
  readonly state: JobState;
  readonly paused: boolean;
  readonly pauseReason: string | null;
  /** Since when it is paused; null: it is not. */
  readonly pausedAt: Date | null;
  /** When a pause ends by itself; null: when somebody resumes the job. */
  readonly pausedUntil: Date | null;
  readonly deleteWhenDone: boolean;
  /** Fields in which the job differs from its declaration because somebody changed them. */
  readonly overridden: readonly string[];
  /** Since when no live worker has known its task, or declared it; null: one does. */
  readonly unknownSince: Date | null;
  /** When it fires next; null while it is paused or finished. */
  readonly nextFireAt: Date | null;
  /** The last fire time that was dealt with, whether it ran or was skipped. */
  readonly lastFireAt: Date | null;
  /** Grows with every edit, never with a fire. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
