import {
  jobPolicySchema,
  newJobSchema,
  type JobPolicy,
  type NewJob,
} from '../../src/tasks/domain/job.js';
import type { DeclaredJob } from '../../src/tasks/store/job-store.js';
import type { DueJob } from '../../src/tasks/store/fire-ledger.js';
import type { Claim, ClaimedRun } from '../../src/tasks/store/run-queue.js';

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

/** A declaration that fires every minute. Its hash stands for all that it says. */
export function aDeclaration(id: string, declaration: Partial<DeclaredJob> = {}): DeclaredJob {
  const declared = {
    ...aPolicy(),
    id,
    task: TASK,
    trigger: { type: 'interval', minutes: 1 } as const,
    tags: [],
    paused: false,
    ...declaration,
  };
  return { ...declared, hash: declaration.hash ?? JSON.stringify(declared) };
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
  fencingToken: 7,
  ...run,
});
