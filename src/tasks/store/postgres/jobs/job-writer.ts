import { JobNotFoundError } from '../../../domain/errors.js';
import type { SkippedRange } from '../../../domain/fire-plan.js';
import { STAMP, type ClockShift } from '../database-time.js';
import {
  stateOf,
  type JobChange,
  type JobDefinition,
  type StoredJob,
} from '../../../domain/job-definition.js';
import { assertRevision } from '../../../domain/job-edits.js';
import type { SeenJob } from '../../../domain/job-requests.js';
import { REMOVED } from '../../../domain/run-changes.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';
import type { WakeUp } from '../../wake-ups.js';
import { selectJobs, storedJob, WRITTEN } from './job-row.js';

/**
 * Changes jobs and their plans, inside one transaction of the caller.
 *
 * The protocol, for every change of a plan:
 *
 * 1. Lock the job's row, then its plan's. A fire that is on its way is waited for; one that comes
 *    later passes over the job (SKIP LOCKED) and then finds another revision.
 * 2. In a later statement, which sees what that fire wrote, read the job and ask what the change does
 *    (`job-changes.ts`, `declaration.ts`): fire times that are overdue become one skipped range, so
 *    that none of them vanishes.
 * 3. Write the new plan, computed from the database's time: never retroactively.
 * 4. In a statement after that, write the pending runs: a claim that is on its way is waited for.
 * 5. Wake the leader. The transaction's commit sends it.
 *
 * Lock order everywhere: lock row, jobs, plans, runs, each by id.
 */
export class JobWriter {
  constructor(
    readonly sql: SqlRunner,
    readonly schema: SchemaName,
    readonly shift: ClockShift,
  ) {}

  /** The database's clock, in whole milliseconds. */
  async now(): Promise<Date> {
    const [row] = await this.query<{ now: string }>(`SELECT ${NOW} AS now`);
    return new Date(row!.now);
  }

  /**
   * Locks the job and its plan, and reads them as they are then.
   *
   * @throws JobNotFoundError, RevisionConflictError
   */
  async lock(id: string, ifRevision?: number | SeenJob): Promise<StoredJob> {
    const job = await this.lockIfThere(id);
    if (job === null) throw new JobNotFoundError(id);
    assertRevision(job, ifRevision);
    return job;
  }

  async lockIfThere(id: string): Promise<StoredJob | null> {
    const locked = await this.sql.query<unknown[]>(
      `SELECT 1 FROM ${this.schema.quoted}.jobs WHERE id = $1 FOR UPDATE`,
      [id],
    );
    // What is there now is a job of that id that was made since, and is not locked.
    if (locked.length === 0) return null;
    await this.lockPlans([id]);
    return this.find(id);
  }

  /** Locks those of these jobs that there are, and their plans. Which they are. */
  async lockMany(ids: readonly string[]): Promise<readonly string[]> {
    const found = await this.sql.query<{ id: string }[]>(
      `SELECT id FROM ${this.schema.quoted}.jobs WHERE id = ANY ($1) ORDER BY id FOR UPDATE`,
      [ids],
    );
    return this.lockPlans(found.map(({ id }) => id));
  }

  /** Locks the plans of jobs that are locked. Which there are. */
  async lockPlans(ids: readonly string[]): Promise<readonly string[]> {
    const plans = await this.sql.query<{ id: string }[]>(
      `SELECT job_id AS id FROM ${this.schema.quoted}.job_plans WHERE job_id = ANY ($1)
       ORDER BY job_id FOR NO KEY UPDATE`,
      [ids],
    );
    return plans.map(({ id }) => id);
  }

  /** @throws JobNotFoundError */
  async read(id: string): Promise<StoredJob> {
    const job = await this.find(id);
    if (job === null) throw new JobNotFoundError(id);
    return job;
  }

  async find(id: string): Promise<StoredJob | null> {
    const [row] = await this.sql.query<{ job: string }[]>(
      selectJobs(this.schema.quoted, 'j.id = $1'),
      [id],
    );
    return row ? storedJob(row.job) : null;
  }

  /** Writes a change of a locked job. */
  async apply({ definition, nextFireAt, skipped, pending }: JobChange): Promise<void> {
    const { quoted } = this.schema;
    const { id } = definition;
    if (skipped) await this.insertRange(definition, skipped);
    await this.query(
      `UPDATE ${quoted}.jobs
       SET state = $3, ${WRITTEN.map(({ name }, index) => `${name} = $${index + 4}`).join(', ')},
           revision = revision + 1, updated_at = ${STAMP}
       WHERE id = $2`,
      values(definition, nextFireAt),
    );
    await this.sql.query(
      `UPDATE ${quoted}.job_plans p
       SET next_fire_at = $2, revision = j.revision, last_fire_at = greatest(p.last_fire_at, $3)
       FROM ${quoted}.jobs j WHERE p.job_id = $1 AND j.id = $1`,
      [id, nextFireAt, skipped?.to ?? null],
    );
    if (pending === 'hold') await this.holdPending([id]);
    if (pending === 'release') await this.releasePending([id]);
    await this.notify('jobs');
  }

  /** Cancels what is pending and deletes a locked job with its plan; the ledger stays. */
  async delete(job: StoredJob, skipped: SkippedRange | null): Promise<void> {
    const { quoted } = this.schema;
    if (skipped) await this.insertRange(job, skipped);
    await this.query(
      `UPDATE ${quoted}.runs
       SET state = 'cancelled', queued = false, held = NULL, finished_at = ${STAMP}, error = $3::jsonb
       WHERE job_id = $2 AND state = 'pending'`,
      [job.id, JSON.stringify(REMOVED)],
    );
    await this.sql.query(`DELETE FROM ${quoted}.jobs WHERE id = $1`, [job.id]);
    await this.notify('jobs');
  }

  async notify(wakeUp: WakeUp): Promise<void> {
    await this.sql.query('SELECT pg_notify($1, $2)', [this.schema.channel, wakeUp]);
  }

  /** A statement of our kind: `$1` is the shift of the clock. */
  query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.sql.query<Row[]>(sql, [this.shift.bound, ...parameters]);
  }

  /** Pending runs of the jobs' fire times wait until those are resumed. */
  async holdPending(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.sql.query(
      `UPDATE ${this.schema.quoted}.runs SET queued = false, held = 'paused'
       WHERE job_id = ANY ($1) AND state = 'pending' AND held IS NULL AND cause = 'fired'`,
      [ids],
    );
  }

  async releasePending(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.sql.query(
      `UPDATE ${this.schema.quoted}.runs SET queued = true, held = NULL
       WHERE job_id = ANY ($1) AND state = 'pending' AND held = 'paused'`,
      [ids],
    );
    await this.notify('runs');
    await this.notify('slots');
  }

  private async insertRange(
    { id, task }: JobDefinition,
    { reason, from, to, count }: SkippedRange,
  ): Promise<void> {
    await this.query(
      `INSERT INTO ${this.schema.quoted}.runs
         (job_id, task, fire_at, run_at, cause, state, reason, covers_from, covers_to,
          covers_count, queued, created_at, finished_at)
       VALUES ($2, $3, $6, $6, 'fired', 'skipped', $4, $5, $6, $7, false, ${STAMP}, ${STAMP})
       ON CONFLICT DO NOTHING`,
      [id, task, reason, from, to, count],
    );
  }
}

/** As text, which every connection reads alike. */
const NOW = `to_json(${STAMP}) #>> '{}'`;

const values = (job: JobDefinition, nextFireAt: Date | null) => [
  job.id,
  stateOf(job, nextFireAt),
  ...WRITTEN.map(({ value }) => value(job)),
];
