import { DISABLED_HERE } from '../../../domain/declared-job.js';
import type { Log } from '../../../domain/log.js';
import { ToldOnce } from '../../../domain/told-once.js';
import { JobNotFoundError, UnavailableError } from '../../../domain/errors.js';
import {
  CARES,
  careFor,
  type Care,
  type CareOptions,
  type JobFacts,
} from '../../../domain/care-decision.js';
import { CareReport } from '../../care-report.js';
import { STAMP, type ClockShift } from '../database-time.js';
import { isAlive } from '../nodes/live-nodes.js';
import { undealt } from '../../../domain/job-changes.js';
import type { StoredJob } from '../../../domain/job-definition.js';
import { JobCare } from '../../job-store.js';
import type { SchemaName } from '../schema-name.js';
import { writeAudit } from '../cluster/audit.js';
import { CHANGED_AT_ONCE, findCares, NOTED_AT_ONCE } from './find-cares.js';
import { JobWriter } from './job-writer.js';
import type { SqlScope } from '../sql-scope.js';

/**
 * Looks for what is to be done in one statement that locks nothing, then does each in a transaction of
 * its own, under the job's locks and after another look. So it does no harm that two nodes care at
 * once, as after a takeover: the second one finds it done.
 *
 * A job that somebody's open transaction holds is passed over and found again; it never keeps the
 * others waiting.
 */
export class PostgresJobCare extends JobCare {
  /** Jobs for which it could not be done, and why: told once. */
  private readonly refused = new ToldOnce();

  constructor(
    private readonly database: SqlScope,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
    private readonly options: CareOptions,
    private readonly log: Log,
  ) {
    super();
  }

  async care(judges = true, stop?: AbortSignal): Promise<number | null> {
    const found = await this.database.use((sql) => findCares(this.writer(sql), this.options));
    const missed = judges ? found.missed : [];
    const report = new CareReport();
    try {
      if (missed.length > 0) for (const id of await this.note(missed)) report.add('miss', id);
      if (found.found.length > 0) await this.forget(found.found);
      for (const care of CARES) {
        if (care === 'orphan' && !judges) continue;
        for (const id of found[care]) {
          if (stop?.aborted) return null;
          if (await this.tryOne(care, id)) report.add(care, id);
        }
      }
    } finally {
      report.tell(this.log);
    }
    const more =
      CARES.some((care) => found[care].length === CHANGED_AT_ONCE) ||
      Math.max(missed.length, found.found.length) === NOTED_AT_ONCE;
    return more ? 0 : found.nextPauseEndMs;
  }

  /** No edit of the job: neither its plan nor its revision changes. */
  private note(ids: readonly string[]): Promise<string[]> {
    return this.database.use(async (sql) => {
      const rows = await this.writer(sql).query<{ id: string }>(
        `WITH free AS MATERIALIZED (
           SELECT id FROM ${this.schema.quoted}.jobs
           WHERE id = ANY ($2) AND unknown_since IS NULL
           ORDER BY id
           FOR NO KEY UPDATE SKIP LOCKED),
         noted AS (
           UPDATE ${this.schema.quoted}.jobs j SET unknown_since = ${STAMP}
           FROM free WHERE j.id = free.id
           RETURNING j.id)
         SELECT id FROM noted ORDER BY id`,
        [ids],
      );
      return rows.map(({ id }) => id);
    });
  }

  private async forget(ids: readonly string[]): Promise<void> {
    await this.database.use((sql) =>
      sql.query(
        `WITH free AS MATERIALIZED (
           SELECT id FROM ${this.schema.quoted}.jobs
           WHERE id = ANY ($1) AND unknown_since IS NOT NULL AND orphaned_at IS NULL
           ORDER BY id
           FOR NO KEY UPDATE SKIP LOCKED)
         UPDATE ${this.schema.quoted}.jobs j SET unknown_since = NULL
         FROM free WHERE j.id = free.id`,
        [ids],
      ),
    );
  }

  /** One job that cannot be cared for keeps nobody from the others. */
  private async tryOne(care: Care, id: string): Promise<boolean> {
    try {
      return await this.database.transaction((sql) => this.one(this.writer(sql), care, id));
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      if (error instanceof JobNotFoundError) return false;
      const why = error instanceof Error ? error.message : String(error);
      if (this.refused.isNew(`${id} ${why}`)) {
        this.log.warn(`Could not ${care} the job "${id}": ${why}`);
      }
      return false;
    }
  }

  private async one(writer: JobWriter, care: Care, id: string): Promise<boolean> {
    if (!(await this.isFree(writer, id))) return false;
    const job = await writer.lock(id);
    const circumstances = await this.circumstances(writer, job);
    const change = careFor(care, job, circumstances, this.options);
    if (change === null) return false;
    if (change === 'remove') await writer.delete(job, undealt(job, circumstances.now, 'replaced'));
    else await writer.apply(change);
    const { sql, schema, shift } = writer;
    const entry = { actor: 'scheduler', action: `job.${care}`, jobId: id };
    await writeAudit(sql, schema, shift, entry);
    return true;
  }

  private async isFree({ sql, schema }: JobWriter, id: string): Promise<boolean> {
    const { quoted } = schema;
    const job = `SELECT 1 FROM ${quoted}.jobs WHERE id = $1 FOR UPDATE SKIP LOCKED`;
    const plan = `SELECT 1 FROM ${quoted}.job_plans WHERE job_id = $1 FOR NO KEY UPDATE SKIP LOCKED`;
    for (const take of [job, plan]) {
      if ((await sql.query<unknown[]>(take, [id])).length === 0) return false;
    }
    return true;
  }

  private async circumstances(writer: JobWriter, job: StoredJob): Promise<JobFacts> {
    const { quoted } = writer.schema;
    const [row] = await writer.query<Omit<JobFacts, 'now'>>(
      `WITH alive AS MATERIALIZED (
         SELECT tasks, jobs FROM ${quoted}.nodes
         WHERE ${isAlive('$5')})
       SELECT EXISTS (SELECT 1 FROM alive WHERE tasks ? $3)
                AND ($4 = 'api'
                     OR EXISTS (SELECT 1 FROM alive
                                WHERE (jobs || tasks) ->> $2 <> '${DISABLED_HERE}'))
                AS known,
              $4 = 'declared'
                AND EXISTS (SELECT 1 FROM alive WHERE jobs ->> $2 = '${DISABLED_HERE}') AS disabled,
              EXISTS (SELECT 1 FROM ${quoted}.runs
                      WHERE job_id = $2 AND (state IN ('pending', 'running') OR handler_alive))
                AS unfinished,
              EXISTS (SELECT 1 FROM ${quoted}.runs WHERE job_id = $2) AS recorded`,
      [job.id, job.task, job.origin, this.options.deadAfterMs],
    );
    return { ...row!, now: await writer.now() };
  }

  private writer(sql: JobWriter['sql']): JobWriter {
    return new JobWriter(sql, this.schema, this.shift);
  }
}
