import type { Run } from '../../../domain/run.js';
import { column, nullable, type Columns } from '../columns.js';

/** The columns of `runs` that its readers see. */
export const SEEN_COLUMNS = {
  id: column('bigint', { primary: true, identity: true, asText: true }),
  jobId: column('text'),
  task: column('text'),
  cause: column('text'),
  fireAt: column('timestamptz', { primary: true }),
  runAt: column('timestamptz'),
  state: column('text'),
  reason: nullable('text'),
  coversFrom: nullable('timestamptz'),
  coversTo: nullable('timestamptz'),
  coversCount: nullable('integer'),
  attempt: column('smallint', { default: 0 }),
  nodeId: nullable('uuid'),
  fencingToken: nullable('bigint'),
  priority: column('integer', { default: 0 }),
  createdAt: column('timestamptz'),
  startedAt: nullable('timestamptz'),
  finishedAt: nullable('timestamptz'),
  error: nullable('jsonb'),
  result: nullable('jsonb'),
  progress: nullable('jsonb'),
  retryOf: nullable('bigint', { asText: true }),
  backfillId: nullable('uuid'),
  cancelRequestedAt: nullable('timestamptz'),
  held: nullable('text'),
  handlerAlive: column('boolean', { default: 'false' }),
} satisfies Columns<keyof Run>;

export const RUN_COLUMNS = {
  ...SEEN_COLUMNS,
  payload: nullable('jsonb'),
  queued: column('boolean'),
  cancelReason: nullable('text'),
} satisfies Columns;
