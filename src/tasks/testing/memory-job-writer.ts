import { JobNotFoundError } from '../domain/errors.js';
import { rangeOf } from '../domain/fire-plan.js';
import { triggerOf } from '../domain/triggers/parse-trigger.js';
import type { JobDefinition } from '../store/job-definition.js';
import type { MemoryDatabase } from './memory-database.js';
import type { JobRow } from './memory-rows.js';
import { NEW_RUN } from './memory-runs.js';

/** Changes jobs and their plans, as the real writer does inside a transaction of its caller. */
export class MemoryJobWriter {
  constructor(private readonly database: MemoryDatabase) {}

  /** @throws JobNotFoundError */
  row(id: string): JobRow {
    const job = this.database.jobs.get(id);
    if (!job) throw new JobNotFoundError(id);
    return job;
  }

  insert(definition: JobDefinition, nextFireAt: Date | null): void {
    const now = this.database.now();
    this.database.jobs.set(definition.id, {
      ...definition,
      payload: JSON.parse(JSON.stringify(definition.payload ?? null)) as unknown,
      state: stateOf(definition, nextFireAt),
      nextFireAt,
      lastFireAt: null,
      revision: 1,
      inserts: 0,
      createdAt: now,
      updatedAt: now,
    });
    this.database.notify('jobs');
  }

  /** Gives a job another definition and plan. */
  replace(row: JobRow, definition: JobDefinition, nextFireAt: Date | null): void {
    this.database.jobs.set(row.id, {
      ...row,
      ...definition,
      state: stateOf(definition, nextFireAt),
      nextFireAt,
      revision: row.revision + 1,
      updatedAt: this.database.now(),
    });
    this.database.notify('jobs');
  }

  /** Records what was due under the plan and has not been fired, so that it does not vanish. */
  recordOverdue(job: JobRow, reason: 'replaced' | 'paused'): void {
    const at = this.database.now();
    if (job.nextFireAt === null || job.nextFireAt > at) return;
    const until = new Date(at.getTime() + 1);
    const range = rangeOf(triggerOf(job.trigger), reason, job.nextFireAt, until);
    if (!range) return;
    this.database.runs.insert({
      ...NEW_RUN,
      jobId: job.id,
      task: job.task,
      cause: 'fired',
      state: 'skipped',
      reason,
      fireAt: range.to,
      runAt: range.to,
      coversFrom: range.from,
      coversTo: range.to,
      coversCount: range.count,
      createdAt: at,
      finishedAt: at,
    });
  }

  /** Pending runs of the job's fire times wait until it is resumed. */
  holdPending(id: string): void {
    for (const run of this.database.runs.live(id)) {
      if (run.state !== 'pending' || run.cause !== 'fired') continue;
      this.database.runs.write({ ...run, held: 'paused' });
    }
  }

  releasePending(id: string): void {
    for (const run of this.database.runs.live(id)) {
      if (run.held === 'paused') this.database.runs.write({ ...run, held: null });
    }
    this.database.notify('runs');
  }

  /** Cancels what is pending and deletes the job; the ledger stays. */
  delete(id: string): void {
    const { runs, jobs } = this.database;
    for (const run of runs.live(id)) {
      if (run.state !== 'pending') continue;
      runs.write({ ...run, state: 'cancelled', held: null, finishedAt: this.database.now() });
    }
    jobs.delete(id);
    this.database.notify('jobs');
  }
}

const stateOf = ({ paused }: JobDefinition, nextFireAt: Date | null) =>
  paused ? 'paused' : nextFireAt === null ? 'finished' : 'active';
