import { JobNotFoundError } from '../../../domain/errors.js';
import type { SkippedRange } from '../../../domain/fire-plan.js';
import { stateOf, type JobChange, type JobDefinition } from '../../../domain/job-definition.js';
import { assertRevision } from '../../../domain/job-edits.js';
import type { SeenJob } from '../../../domain/job-requests.js';
import { REMOVED } from '../../../domain/run-changes.js';
import type { MemoryDatabase } from '../database.js';
import type { JobRow } from '../rows.js';

/** Changes jobs and their plans, as the real writer does inside a transaction of its caller. */
export class MemoryJobWriter {
  constructor(private readonly database: MemoryDatabase) {}

  /** @throws JobNotFoundError, RevisionConflictError */
  row(id: string, ifRevision?: number | SeenJob): JobRow {
    const job = this.database.jobs.get(id);
    if (!job) throw new JobNotFoundError(id);
    assertRevision(job, ifRevision);
    return job;
  }

  insert({ definition, nextFireAt }: Pick<JobChange, 'definition' | 'nextFireAt'>): void {
    const now = this.database.now();
    this.database.jobs.set(definition.id, {
      ...definition,
      payload: asJson(definition.payload),
      state: stateOf(definition, nextFireAt),
      nextFireAt,
      lastFireAt: null,
      revision: 1,
      inserts: 0,
      fired: 0,
      createdAt: now,
      updatedAt: now,
    });
    this.database.notify('jobs');
  }

  apply(row: JobRow, { definition, nextFireAt, skipped, pending }: JobChange): void {
    if (skipped) this.insertRange(definition, skipped);
    this.database.jobs.set(row.id, {
      ...row,
      ...definition,
      payload: asJson(definition.payload),
      state: stateOf(definition, nextFireAt),
      nextFireAt,
      lastFireAt: later(row.lastFireAt, skipped?.to ?? null),
      revision: row.revision + 1,
      updatedAt: this.database.now(),
    });
    if (pending === 'hold') this.holdPending(row.id);
    if (pending === 'release') this.releasePending(row.id);
    this.database.notify('jobs');
  }

  /** Cancels what is pending and deletes the job; the ledger stays. */
  delete(job: JobRow, skipped: SkippedRange | null): void {
    const { runs, jobs } = this.database;
    if (skipped) this.insertRange(job, skipped);
    for (const run of runs.live(job.id)) {
      if (run.state !== 'pending') continue;
      const finishedAt = this.database.now();
      runs.write({ ...run, state: 'cancelled', held: null, finishedAt, error: REMOVED });
    }
    jobs.delete(job.id);
    this.database.removed.push({ jobId: job.id, at: this.database.now() });
    this.database.notify('jobs');
  }

  private holdPending(id: string): void {
    for (const run of this.database.runs.live(id)) {
      if (run.state !== 'pending' || run.cause !== 'fired' || run.held !== null) continue;
      this.database.runs.write({ ...run, held: 'paused' });
    }
  }

  private releasePending(id: string): void {
    for (const run of this.database.runs.live(id)) {
      if (run.held === 'paused') this.database.runs.write({ ...run, held: null });
    }
    this.database.notify('runs');
    this.database.notify('slots');
  }

  private insertRange({ id, task }: JobDefinition, { reason, from, to, count }: SkippedRange) {
    const at = this.database.now();
    this.database.runs.insert({
      jobId: id,
      task,
      cause: 'fired',
      state: 'skipped',
      reason,
      fireAt: to,
      runAt: to,
      coversFrom: from,
      coversTo: to,
      coversCount: count,
      createdAt: at,
      finishedAt: at,
    });
  }
}

const later = (a: Date | null, b: Date | null) => (a !== null && (b === null || a > b) ? a : b);

const asJson = (payload: unknown) => JSON.parse(JSON.stringify(payload ?? null)) as unknown;
