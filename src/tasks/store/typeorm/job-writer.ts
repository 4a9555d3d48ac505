import type { EntityManager } from 'typeorm';
import { JobNotFoundError } from '../../domain/errors.js';
import { rangeOf, type SkippedRange } from '../../domain/fire-plan.js';
import type { Job, JobState } from '../../domain/job.js';
import { triggerOf } from '../../domain/triggers/parse-trigger.js';
import { CLOCK, STAMP, type ClockShift } from '../database-time.js';
import type { JobDefinition } from '../job-definition.js';
import type { SchemaName } from '../schema-name.js';
import type { WakeUp } from '../wake-ups.js';
import { jobOf, selectJobs, type JobRow } from './job-row.js';

/**
 * Changes jobs and their plans, inside one transaction of the caller.
 *
 * The protocol, for every change of a plan:
 *
 * 1. Lock the job's row, then its plan's. A fire that is on its way is waited for; one that comes
 *    later passes over the job (SKIP LOCKED) and then finds another revision.
 * 2. In a later statement, which sees what that fire wrote, record the fire times of the old plan
 *    that are overdue as one skipped range, so that none of them vanishes.
 * 3. Write the new plan, computed from the database's time: never retroactively.
 * 4. In a statement after that, write the pending runs: a claim that is on its way is waited for.
 * 5. Wake the leader. The transaction's commit sends it.
 *
 * Lock order everywhere: lock row, jobs, plans, runs, each by id.
 */
export class JobWriter {
  constructor(
    private readonly manager: EntityManager,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
  ) {}

  /** The database's clock, in whole milliseconds. */
  async now(): Promise<Date> {
    const [row] = await this.query<{ now: Date }>(
      `SELECT date_trunc('milliseconds', ${CLOCK}) AS now`,
    );
    return row!.now;
  }

  /** Locks the job and its plan, and reads them as they are then. @throws JobNotFoundError */
  async lock(id: string): Promise<Job> {
    const { quoted } = this.schema;
    await this.manager.query(`SELECT 1 FROM ${quoted}.jobs WHERE id = $1 FOR UPDATE`, [id]);
    await this.manager.query(
      `SELECT 1 FROM ${quoted}.job_plans WHERE job_id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return this.read(id);
  }

  /** @throws JobNotFoundError */
  async read(id: string): Promise<Job> {
    const row = await selectJobs(this.manager).where('job.id = :id', { id }).getOne();
    if (row === null) throw new JobNotFoundError(id);
    return jobOf(row as JobRow);
  }

  /** False: the id is taken. */
  async insert(job: JobDefinition, nextFireAt: Date | null): Promise<boolean> {
    const { quoted } = this.schema;
    const rows = await this.query(
      `INSERT INTO ${quoted}.jobs
         (id, name, task, payload, trigger, tags, misfire_grace_ms, coalesce, overlap,
          max_instances, priority, origin, paused, pause_reason, declared_hash, generation, state,
          created_at, updated_at)
       VALUES ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
               ${STAMP}, ${STAMP})
       ON CONFLICT (id) DO NOTHING
       RETURNING id`,
      [...values(job), stateOf(job, nextFireAt)],
    );
    if (rows.length === 0) return false;
    await this.manager.query(
      `INSERT INTO ${quoted}.job_plans (job_id, next_fire_at, revision) VALUES ($1, $2, 1)`,
      [job.id, nextFireAt],
    );
    return true;
  }

  /** Gives a locked job another definition and plan. */
  async replace(job: JobDefinition, nextFireAt: Date | null): Promise<void> {
    const { quoted } = this.schema;
    await this.query(
      `UPDATE ${quoted}.jobs
       SET name = $3, task = $4, payload = $5, trigger = $6, tags = $7, misfire_grace_ms = $8,
           coalesce = $9, overlap = $10, max_instances = $11, priority = $12, origin = $13,
           paused = $14, pause_reason = $15, declared_hash = $16, generation = $17, state = $18,
           revision = revision + 1, updated_at = ${STAMP}
       WHERE id = $2`,
      [...values(job), stateOf(job, nextFireAt)],
    );
    await this.manager.query(
      `UPDATE ${quoted}.job_plans p SET next_fire_at = $2, revision = j.revision
       FROM ${quoted}.jobs j WHERE p.job_id = $1 AND j.id = $1`,
      [job.id, nextFireAt],
    );
  }

  /** Records what was due under the plan of a locked job and has not been fired. */
  async recordOverdue(job: Job, now: Date, reason: 'replaced' | 'paused'): Promise<void> {
    if (job.nextFireAt === null || job.nextFireAt > now) return;
    const until = new Date(now.getTime() + 1);
    const range = rangeOf(triggerOf(job.trigger), reason, job.nextFireAt, until);
    if (range) await this.insertRange(job, range);
  }

  /** Pending runs of the job's fire times wait until it is resumed. */
  async holdPending(id: string): Promise<void> {
    await this.manager.query(
      `UPDATE ${this.schema.quoted}.runs SET queued = false, held = 'paused'
       WHERE job_id = $1 AND state = 'pending' AND held IS NULL AND cause = 'fired'`,
      [id],
    );
  }

  async releasePending(id: string): Promise<void> {
    await this.manager.query(
      `UPDATE ${this.schema.quoted}.runs SET queued = true, held = NULL
       WHERE job_id = $1 AND state = 'pending' AND held = 'paused'`,
      [id],
    );
  }

  /** Cancels what is pending and deletes the job with its plan; the ledger stays. */
  async delete(id: string): Promise<void> {
    const { quoted } = this.schema;
    await this.query(
      `UPDATE ${quoted}.runs
       SET state = 'cancelled', queued = false, held = NULL, finished_at = ${STAMP}
       WHERE job_id = $2 AND state = 'pending'`,
      [id],
    );
    await this.manager.query(`DELETE FROM ${quoted}.jobs WHERE id = $1`, [id]);
  }

  async notify(wakeUp: WakeUp): Promise<void> {
    await this.manager.query('SELECT pg_notify($1, $2)', [this.schema.channel, wakeUp]);
  }

  /** A statement of our kind: `$1` is the shift of the clock. */
  query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.manager.query<Row[]>(sql, [this.shift.bound, ...parameters]);
  }

  private async insertRange(job: Job, { reason, from, to, count }: SkippedRange): Promise<void> {
    await this.query(
      `INSERT INTO ${this.schema.quoted}.runs
         (job_id, task, fire_at, run_at, cause, state, reason, covers_from, covers_to,
          covers_count, queued, created_at, finished_at)
       VALUES ($2, $3, $6, $6, 'fired', 'skipped', $4, $5, $6, $7, false, ${STAMP}, ${STAMP})
       ON CONFLICT DO NOTHING`,
      [job.id, job.task, reason, from, to, count],
    );
  }
}

const values = (job: JobDefinition) => [
  job.id,
  job.name,
  job.task,
  JSON.stringify(job.payload ?? null),
  JSON.stringify(job.trigger),
  job.tags,
  job.misfireGraceMs,
  job.coalesce,
  job.overlap,
  job.maxInstances,
  job.priority,
  job.origin,
  job.paused,
  job.pauseReason,
  job.declaredHash,
  job.generation,
];

function stateOf(job: JobDefinition, nextFireAt: Date | null): JobState {
  if (job.paused) return 'paused';
  return nextFireAt === null ? 'finished' : 'active';
}
