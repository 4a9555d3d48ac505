import type { Job } from '../api/types.js';

/** What somebody can define of a job. */
export const FIELDS = [
  'name',
  'task',
  'trigger',
  'payload',
  'tags',
  'overlap',
  'maxInstances',
  'bufferLimit',
  'misfireGraceMs',
  'coalesce',
  'timeoutMs',
  'retry',
  'onCrash',
  'jitterMs',
  'maxRuns',
  'priority',
  'transactional',
] as const satisfies readonly (keyof Job)[];

export type Field = (typeof FIELDS)[number];
export type Draft = Pick<Job, Field>;
export type Trigger = Job['trigger'];

export const NEW: Draft = {
  name: '',
  task: '',
  trigger: { type: 'cron', expression: '0 9 * * 1-5', timeZone: 'UTC' },
  payload: null,
  tags: [],
  overlap: 'skip',
  maxInstances: 1,
  bufferLimit: 100,
  misfireGraceMs: 86_400_000,
  coalesce: 'latest',
  timeoutMs: null,
  retry: { maxAttempts: 1 },
  onCrash: 'abandon',
  jitterMs: 0,
  maxRuns: null,
  priority: 0,
  transactional: false,
};

export function draftOf(job: Job): Draft {
  return Object.fromEntries(FIELDS.map((field) => [field, job[field]])) as unknown as Draft;
}

/** Only what differs, so that what others change meanwhile stays. */
export function changesOf(before: Draft, after: Draft): Partial<Draft> {
  const changed = FIELDS.filter((field) => !same(before[field], after[field]));
  return Object.fromEntries(changed.map((field) => [field, after[field]]));
}

export const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
