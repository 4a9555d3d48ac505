import {
  jobPolicySchema,
  newJobSchema,
  type JobPolicy,
  type NewJob,
} from '../../src/tasks/domain/job.js';
import {
  newJob,
  stateOf,
  type JobChange,
  type StoredJob,
} from '../../src/tasks/domain/job-definition.js';
import type { DeclaredJob } from '../../src/tasks/domain/declared-job.js';
import type { DueJob } from '../../src/tasks/domain/due-job.js';
import type { Claim, ClaimedRun } from '../../src/tasks/store/run-queue.js';

/** A node that declares, and is not among the nodes of the store. */
export const NODE = '00000000-0000-4000-8000-00000000abcd';

/** The task of every job that says nothing else. */
export const TASK = 'Reports.daily';

export const NOON = new Date('2026-03-02T12:00:00.000Z');

export const minutes = (n: number) => n * 60_000;
export const hours = (n: number) => n * 3_600_000;

export const days = (n: number) => n * 86_400_000;

export const later = (at: Date, ms: number) => new Date(at.getTime() + ms);

export const aPolicy = (policy: Partial<JobPolicy> = {}): JobPolicy => ({
  ...jobPolicySchema.parse({}),
  ...policy,
});

/** A job that fires every minute. */
export const aJob = (id: string, job: Partial<NewJob> = {}): NewJob => ({
  ...newJobSchema.parse({ id, task: TASK, trigger: { type: 'interval', minutes: 1 } }),
  ...job,
});

/** One of which the leader is told as soon as it is made. */
export const dueSoon = (id: string) => aJob(id, { trigger: { type: 'interval', seconds: 5 } });

/** A declaration that fires every minute. Its hash stands for all that it says. */
export function aDeclaration(id: string, declaration: Partial<DeclaredJob> = {}): DeclaredJob {
  const declared = {
    ...aPolicy(),
    id,
    name: id,
    task: TASK,
    payload: null,
    origin: 'declared' as const,
    trigger: { type: 'interval', minutes: 1 } as const,
    tags: [],
    paused: false,
    disabled: false,
    ...declaration,
  };
  return { ...declared, hash: declaration.hash ?? JSON.stringify(declared) };
}

/** A job as it is stored: made at noon, it fires every minute from then on. */
export function aStoredJob(id: string, job: Partial<StoredJob> = {}): StoredJob {
  const made = newJob(aJob(id), 'api', NOON);
  return { ...stored(null, { ...made, skipped: null, pending: 'keep' }), ...job };
}

/** What stands in the tables after a change; null: after the job was made. */
export function stored(before: StoredJob | null, change: JobChange): StoredJob {
  const { definition, nextFireAt, skipped } = change;
  const lastFireAt = before?.lastFireAt ?? null;
  const { fired = 0, revision = 0, createdAt = NOON, updatedAt = NOON } = before ?? {};
  const isLater = skipped !== null && (lastFireAt === null || skipped.to > lastFireAt);
  return {
    ...definition,
    fired,
    createdAt,
    updatedAt,
    nextFireAt,
    state: stateOf(definition, nextFireAt),
    lastFireAt: isLater ? skipped.to : lastFireAt,
    revision: revision + 1,
  };
}

/** A job that was due at noon and fires every minute. */
export const aDueJob = (jobId: string, job: Partial<DueJob> = {}): DueJob => ({
  jobId,
  task: TASK,
  trigger: { type: 'interval', minutes: 1 },
  policy: aPolicy(),
  nextFireAt: NOON,
  revision: 1,
  inserts: '0',
  fired: 0,
  ...job,
});

export const aClaim = (runId: string, attempt = 1): Claim => ({ runId, attempt });

export const aClaimedRun = (runId: string, run: Partial<ClaimedRun> = {}): ClaimedRun => ({
  runId,
  attempt: 1,
  jobId: 'daily-report',
  task: TASK,
  payload: null,
  cause: 'fired',
  fireAt: NOON,
  runAt: NOON,
  fencingToken: 7,
  policy: { timeoutMs: null, retry: { maxAttempts: 1 }, transactional: false },
  ...run,
});
