import { z } from 'zod';
import { isStorable } from './storable.js';
import { LONGEST_PERIOD_MS, triggerSpecSchema, type TriggerSpec } from './triggers/trigger-spec.js';

/** What becomes of fire times that have piled up: one of them runs, or all of them. */
export const COALESCE = ['latest', 'earliest', 'all'] as const;
export type Coalesce = (typeof COALESCE)[number];

/** What becomes of a fire time while earlier runs of its job still go on. */
export const OVERLAP = ['skip', 'allow'] as const;
export type Overlap = (typeof OVERLAP)[number];

/** Who made the job: a decorator, the host's configuration, or somebody at run time. */
export type JobOrigin = 'declared' | 'config' | 'api';

export type JobState = 'active' | 'paused' | 'finished';

const DAY_MS = 86_400_000;

/** The choices that shape what a job's fire times become. Each has a default that suits most jobs. */
export const jobPolicySchema = z.strictObject({
  /** How late a fire time may still run, in milliseconds; null: however late. Default: 24 h. */
  misfireGraceMs: z.number().int().positive().max(LONGEST_PERIOD_MS).nullable().default(DAY_MS),
  /** Which of several missed fire times run. Default: the latest. */
  coalesce: z.enum(COALESCE).default('latest'),
  /** Whether a fire time may start while the job is at `maxInstances`. Default: no, it is skipped. */
  overlap: z.enum(OVERLAP).default('skip'),
  /** How many runs of the job may be going on at once under `overlap: skip`. Default: 1. */
  maxInstances: z.number().int().min(1).max(1_000).default(1),
  /** Runs with a lower number are claimed first. Default: 0. */
  priority: z.number().int().min(-1_000).max(1_000).default(0),
});

export type JobPolicy = z.infer<typeof jobPolicySchema>;

const STORABLE = { error: 'holds a character that cannot be stored (U+0000 or half a surrogate)' };

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
  payload: z.json().refine(isStorable, STORABLE).default(null),
  trigger: triggerSpecSchema,
  tags: z.array(line(100)).max(50).default([]),
});

export type NewJobInput = z.input<typeof newJobSchema>;
export type NewJob = z.output<typeof newJobSchema>;

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
  /** When it fires next; null while it is paused or finished. */
  readonly nextFireAt: Date | null;
  /** The last fire time that was dealt with, whether it ran or was skipped. */
  readonly lastFireAt: Date | null;
  /** Grows with every edit, never with a fire. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
