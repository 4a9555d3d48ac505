import type { StoredJob } from '../../../domain/job-definition.js';
import { column, nullable, type Columns } from '../columns.js';

/** The columns of `jobs` that change with its definition. */
export const DEFINITION_COLUMNS = {
  name: column('text'),
  task: column('text'),
  payload: nullable('jsonb'),
  trigger: column('jsonb'),
  tags: column('text', { array: true, default: `'{}'` }),
  misfireGraceMs: nullable('bigint'),
  coalesce: column('text'),
  overlap: column('text'),
  maxInstances: column('integer'),
  bufferLimit: column('integer', { default: 100 }),
  jitterMs: column('integer', { default: 0 }),
  maxRuns: nullable('integer'),
  timeoutMs: nullable('integer'),
  retry: column('jsonb', { default: `'{"maxAttempts": 1}'` }),
  onCrash: column('text', { default: `'abandon'` }),
  transactional: column('boolean', { default: 'false' }),
  priority: column('integer', { default: 0 }),
  deleteWhenDone: column('boolean', { default: 'false' }),
  origin: column('text'),
  paused: column('boolean', { default: 'false' }),
  pauseReason: nullable('text'),
  pausedAt: nullable('timestamptz'),
  pausedUntil: nullable('timestamptz', { name: 'resume_at' }),
  declared: nullable('jsonb'),
  declaredHash: nullable('text'),
  formerHashes: column('text', { array: true, default: `'{}'` }),
  overrides: column('jsonb', { default: `'{}'` }),
  generation: nullable('bigint', { asText: true }),
  unknownSince: nullable('timestamptz'),
  orphanedAt: nullable('timestamptz'),
  idleSince: nullable('timestamptz'),
} satisfies Columns;

export const JOB_COLUMNS = {
  id: column('text', { primary: true }),
  ...DEFINITION_COLUMNS,
  state: column('text'),
  revision: column('integer', { default: 1 }),
  createdAt: column('timestamptz'),
  updatedAt: column('timestamptz'),
} satisfies Columns<Exclude<keyof StoredJob, 'nextFireAt' | 'lastFireAt' | 'fired'>>;

/** The columns of `job_plans`, beside the job's id. */
export const PLAN_COLUMNS = {
  nextFireAt: nullable('timestamptz'),
  lastFireAt: nullable('timestamptz'),
  revision: column('integer'),
  inserts: column('bigint', { default: 0, asText: true }),
  fired: column('bigint', { default: 0 }),
} satisfies Columns;
