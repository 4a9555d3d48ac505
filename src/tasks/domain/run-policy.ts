import { retrySchema, type JobPolicy, type Retry } from './job.js';

/** What a run's end follows. */
export type RunPolicy = Pick<JobPolicy, 'timeoutMs' | 'retry' | 'transactional'>;

/** What a run's end follows, as its job's row has it; all null when the job is gone. */
export interface StoredRunPolicy {
  readonly timeoutMs: number | null;
  readonly retry: unknown;
  readonly transactional: boolean | null;
}

const NO_RETRY: Retry = { maxAttempts: 1 };

/** A row of a newer version, or one that was edited by hand, must not keep a run from starting. */
export function runPolicyOf({ timeoutMs, retry, transactional }: StoredRunPolicy): RunPolicy {
  const read = retrySchema.safeParse(retry);
  return {
    timeoutMs,
    retry: read.success ? read.data : NO_RETRY,
    transactional: transactional ?? false,
  };
}
