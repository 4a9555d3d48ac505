import type { TasksError } from '../../../domain/errors.js';
import { beforeAndAfter } from '../../../domain/before-and-after.js';
import type { Job, JobOrigin, JobPatch, NewJob } from '../../../domain/job.js';
import type { Run } from '../../../domain/run.js';
import type { TriggerSpec } from '../../../triggers/trigger-spec.js';
import type { ClockShift } from '../database-time.js';
import { refuseToResume } from '../../../domain/declaration.js';
import { paused, resumed } from '../../../domain/job-changes.js';
import { backfillMade, runMade } from '../../../domain/run-changes.js';
import { BACKFILL } from '../../cluster-store.js';
import { jobOf, type JobChange, type StoredJob } from '../../../domain/job-definition.js';
import { modified, reset, retimed } from '../../../domain/job-edits.js';
import {
  JobStore,
  type Added,
  type AddManyOptions,
  type ChangeOptions,
  type JobFilter,
  type JobQuery,
  type PlannedJob,
} from '../../job-store.js';
import type {
  Backfill,
  Backfilled,
  Conflict,
  Misses,
  PauseJob,
  RunNow,
} from '../../../domain/job-requests.js';
import type { Declared, DeclaredJob } from '../../../domain/declared-job.js';
import type { Page, Total } from '../../page.js';
import type { SchemaName } from '../schema-name.js';
import { answerOnce } from './answer-once.js';
import { addAlone, addJobs, addOnce, asksForMore } from './add-job.js';
import { auditChange, type AuditEntry } from '../cluster/audit.js';
import { backfill } from '../runs/backfill.js';
import { currentGeneration, declareJob, isDisabledEverywhere } from './declare-job.js';
import { editBatch, type BatchEdit, type Edited } from './job-batch.js';
import { selectJobs, storedJob } from './job-row.js';
import { JobWriter } from './job-writer.js';
import { countJobs, listJobs, plannedJobs } from './list-jobs.js';
import { removeBatch, removeJob, REMOVED_AT_ONCE, removeSome } from './remove-jobs.js';
import { runBatch, type Asked } from '../runs/run-batch.js';
import { runNow } from '../runs/run-now.js';
import { readRun } from '../runs/read-run.js';
import type { TasksDatabase } from '../tasks-database.js';

export class PostgresJobStore extends JobStore {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
    private readonly deadAfterMs: number,
  ) {
    super();
  }

  async add(
    job: NewJob,
    origin: JobOrigin,
    conflict: Conflict = 'error',
    by: ChangeOptions = {},
  ): Promise<Added> {
    const { database, schema, shift } = this;
    const isPlain = conflict === 'error' && !asksForMore(by) && (await database.keepsSettings());
    const added = isPlain
      ? await database.alone((sql, sends) =>
          addAlone(new JobWriter(sql, schema, shift), job, origin, by, sends),
        )
      : null;
    return added ?? this.change(by, (writer) => addOnce(writer, job, origin, conflict, by));
  }

  addMany(
    jobs: readonly NewJob[],
    origin: JobOrigin,
    conflict: Conflict = 'error',
    by: AddManyOptions = {},
  ): Promise<readonly (Added | TasksError)[]> {
    return this.change(by, (writer) => addJobs(writer, jobs, origin, conflict, by));
  }

  declare(job: DeclaredJob, nodeId: string): Promise<Declared> {
    const declarer = { nodeId, deadAfterMs: this.deadAfterMs };
    return this.change({}, (writer) => declareJob(writer, job, declarer));
  }

  get(id: string): Promise<Job | null> {
    return this.database.use(async (sql) => {
      const query = selectJobs(this.schema.quoted, 'j.id = $1');
      const [row] = await sql.query<{ job: string }[]>(query, [id]);
      return row ? jobOf(storedJob(row.job)) : null;
    });
  }

  list(query: JobQuery): Promise<Page<Job>> {
    return this.database.use((sql) => listJobs(sql, this.schema.quoted, query));
  }

  count(filter: JobFilter): Promise<Total> {
    return this.database.use((sql) => countJobs(sql, this.schema.quoted, filter));
  }

  planned(filter: JobFilter): Promise<readonly PlannedJob[]> {
    return this.database.use((sql) => plannedJobs(sql, this.schema.quoted, filter));
  }

  async triggersOf(ids: readonly string[]): Promise<ReadonlyMap<string, TriggerSpec>> {
    const rows = await this.database.use((sql) =>
      sql.query<{ id: string; trigger: string }[]>(
        `SELECT id, trigger::text FROM ${this.schema.quoted}.jobs WHERE id = ANY ($1::text[])`,
        [ids],
      ),
    );
    return new Map(rows.map(({ id, trigger }) => [id, JSON.parse(trigger) as TriggerSpec]));
  }

  modify(id: string, patch: JobPatch, by: ChangeOptions = {}): Promise<Job> {
    const entry = { action: 'job.modify' };
    return this.edit(id, by, entry, (job, now) => modified(job, patch, now));
  }

  retime(id: string, trigger: TriggerSpec, by: ChangeOptions = {}): Promise<Job> {
    const entry = { action: 'job.retime' };
    return this.edit(id, by, entry, async (job, now, writer) => {
      const cluster = await currentGeneration(writer);
      return retimed(job, trigger, cluster?.generation ?? null, now);
    });
  }

  reset(id: string, by: ChangeOptions = {}): Promise<Job> {
    return this.edit(id, by, { action: 'job.reset' }, reset);
  }

  pause(id: string, pause: PauseJob = {}, by: ChangeOptions = {}): Promise<Job> {
    const entry = { action: 'job.pause', reason: pause.reason ?? null };
    return this.edit(id, by, entry, (job, now) => paused(job, pause, now));
  }

  resume(id: string, misses: Misses = 'skip', by: ChangeOptions = {}): Promise<Job> {
    const entry = { action: 'job.resume', details: { misses } };
    return this.edit(id, by, entry, (job, now, writer) => this.resuming(writer, misses)(job, now));
  }

  pauseMany(ids: readonly string[], pause: PauseJob, by: ChangeOptions = {}): Promise<Edited> {
    const entry = { action: 'job.pause', reason: pause.reason ?? null };
    const edit: BatchEdit = { entry, decide: (job, now) => paused(job, pause, now) };
    return this.change(by, (writer) => editBatch(writer, ids, edit, by));
  }

  resumeMany(ids: readonly string[], misses: Misses, by: ChangeOptions = {}): Promise<Edited> {
    const entry = { action: 'job.resume', details: { misses } };
    return this.change(by, (writer) =>
      editBatch(writer, ids, { entry, decide: this.resuming(writer, misses) }, by),
    );
  }

  resetMany(ids: readonly string[], by: ChangeOptions = {}): Promise<Edited> {
    const edit: BatchEdit = { entry: { action: 'job.reset' }, decide: reset };
    return this.change(by, (writer) => editBatch(writer, ids, edit, by));
  }

  private resuming(writer: JobWriter, misses: Misses): BatchEdit['decide'] {
    return async (job, now) => {
      if (!job.paused) return null;
      if (await isDisabledEverywhere(writer, job, this.deadAfterMs)) refuseToResume(job);
      return resumed(job, misses, now);
    };
  }

  remove(id: string, by: ChangeOptions = {}): Promise<void> {
    return this.change(by, (writer) => removeJob(writer, id, by));
  }

  removeMany(ids: readonly string[], by: ChangeOptions = {}): Promise<Edited> {
    return this.change(by, (writer) => removeBatch(writer, ids, by));
  }

  async removeAll(by: ChangeOptions = {}): Promise<number> {
    let removed = 0;
    for (;;) {
      const batch = await this.change(by, (writer) => removeSome(writer, by));
      removed += batch;
      if (batch < REMOVED_AT_ONCE) return removed;
    }
  }

  runNow(id: string, ask: RunNow = {}, by: ChangeOptions = {}): Promise<Run> {
    return this.change(by, async (writer) => {
      const { idempotencyKey: key, payload, overlap } = ask;
      const run = async () => {
        const runId = await runNow(writer, id, ask);
        const entry = { action: 'job.run', jobId: id, runId, details: runMade(payload) };
        await auditChange(writer, by, entry);
        return runId;
      };
      const once = { scope: `run:${id}`, key: key ?? '', request: { payload, overlap } };
      const runId = key === undefined ? await run() : await answerOnce(writer, once, run);
      return readRun(writer.sql, writer.schema, runId);
    });
  }

  runMany(ids: readonly string[], by: ChangeOptions = {}): Promise<Asked> {
    return this.change(by, (writer) => runBatch(writer, ids, by));
  }

  backfill(id: string, ask: Backfill, by: ChangeOptions = {}): Promise<Backfilled> {
    return this.change(by, async (writer) => {
      const done = await backfill(writer, id, ask);
      const entry = { action: BACKFILL, jobId: id, details: backfillMade(ask, done) };
      if (!ask.dryRun) await auditChange(writer, by, entry);
      return done;
    });
  }

  /** @param decide what becomes of the job as it is under its lock; null: nothing */
  private edit(
    id: string,
    by: ChangeOptions,
    entry: Omit<AuditEntry, 'actor' | 'jobId'> & { readonly details?: object },
    decide: (
      job: StoredJob,
      now: Date,
      writer: JobWriter,
    ) => JobChange | null | Promise<JobChange | null>,
  ): Promise<Job> {
    return this.change(by, async (writer) => {
      const job = await writer.lock(id, by.ifRevision);
      const change = await decide(job, await writer.now(), writer);
      if (change === null) return jobOf(job);
      await writer.apply(change);
      const after = jobOf(await writer.read(id));
      const details = { ...entry.details, ...beforeAndAfter(jobOf(job), after) };
      await auditChange(writer, by, { jobId: id, ...entry, details });
      return after;
    });
  }

  private async change<T>(
    { manager }: ChangeOptions,
    body: (writer: JobWriter) => Promise<T>,
  ): Promise<T> {
    const { schema, shift } = this;
    if (manager) {
      await this.database.reached();
      return body(new JobWriter(manager, schema, shift));
    }
    return this.database.transaction((sql) => body(new JobWriter(sql, schema, shift)));
  }
}
