import { TasksError } from '../../../domain/errors.js';
import { failuresOf, lastResultOf } from '../../../domain/outcomes.js';
import type { Job, JobOrigin, JobPatch, NewJob } from '../../../domain/job.js';
import type { Run } from '../../../domain/run.js';
import type { TriggerSpec } from '../../../triggers/trigger-spec.js';
import { isAskedFor, pageOfJobs } from '../../job-query.js';
import {
  JobStore,
  MOST_PLANNED,
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
import { totalOf, type Page, type Total } from '../../page.js';
import type { MemoryDatabase } from '../database.js';
import type { JobRow, RunRow } from '../rows.js';
import { backfill } from '../runs/backfill.js';
import { runNow } from '../runs/run-now.js';
import { runOf } from '../runs/run-store.js';
import { addJob } from './add-job.js';
import { declareJob } from './declare-job.js';
import {
  editJob,
  modifying,
  pausing,
  removeJob,
  RESETTING,
  resuming,
  retiming,
  seen,
  type JobEdit,
} from './edit-job.js';
import { MemoryJobWriter } from './job-writer.js';

/** Jobs as users and declarations change them. */
export class MemoryJobStore extends JobStore {
  constructor(protected readonly database: MemoryDatabase) {
    super();
  }

  add(
    job: NewJob,
    origin: JobOrigin,
    conflict: Conflict = 'error',
    by: ChangeOptions = {},
  ): Promise<Added> {
    return this.change(by, () => this.put(job, origin, conflict, by));
  }

  addMany(
    jobs: readonly NewJob[],
    origin: JobOrigin,
    conflict: Conflict = 'error',
    by: AddManyOptions = {},
  ): Promise<readonly (Added | TasksError)[]> {
    return this.change(by, () =>
      jobs.map((job) => refusedOr(() => this.put(job, origin, conflict, by))),
    );
  }

  /** @throws JobExistsError, InvalidInputError */
  protected put(job: NewJob, origin: JobOrigin, conflict: Conflict, by: ChangeOptions): Added {
    const created = addJob(this.database, job, origin, conflict, by);
    return { job: seen(new MemoryJobWriter(this.database).row(job.id)), created };
  }

  declare(declared: DeclaredJob, nodeId: string): Promise<Declared> {
    return this.change({}, () => declareJob(this.database, declared, nodeId));
  }

  async get(id: string): Promise<Job | null> {
    const row = this.database.jobs.get(id);
    return row ? seen(row) : null;
  }

  async list(query: JobQuery): Promise<Page<Job>> {
    return pageOfJobs(this.matching(query), query, (job) => lastResultOf(this.endedOf(job)));
  }

  async count(filter: JobFilter): Promise<Total> {
    return totalOf(this.matching(filter).length);
  }

  async planned(filter: JobFilter): Promise<readonly PlannedJob[]> {
    const asked = { limit: MOST_PLANNED };
    const { items } = pageOfJobs(this.matching({ ...filter, planned: true }), asked, () => null);
    return items.map(({ id, name, revision, createdAt, maxRuns }) => {
      const { fired } = this.database.jobs.get(id)!;
      return {
        id,
        name,
        revision,
        createdAt,
        left: maxRuns === null ? null : Math.max(0, maxRuns - fired),
      };
    });
  }

  async triggersOf(ids: readonly string[]): Promise<ReadonlyMap<string, TriggerSpec>> {
    const jobs = ids.flatMap((id) => this.database.jobs.get(id) ?? []);
    return new Map(jobs.map(({ id, trigger }) => [id, trigger]));
  }

  private matching(filter: JobFilter): readonly Job[] {
    const jobs = [...this.database.jobs.values()].filter((job) => isAskedFor(job, filter));
    const fails = (job: JobRow) => failuresOf(this.endedOf(job)) !== null;
    return (filter.failing ? jobs.filter(fails) : jobs).map(seen);
  }

  /** A job's own runs that are over, newest first. */
  private endedOf({ id, createdAt }: Pick<Job, 'id' | 'createdAt'>): readonly RunRow[] {
    const runs = this.database.runs.all().filter(({ jobId }) => jobId === id);
    return runs
      .filter(({ finishedAt }) => finishedAt !== null && finishedAt >= createdAt)
      .toReversed();
  }

  modify(id: string, patch: JobPatch, by?: ChangeOptions): Promise<Job> {
    return this.edit(id, modifying(patch), by);
  }

  retime(id: string, trigger: TriggerSpec, by?: ChangeOptions): Promise<Job> {
    return this.edit(id, retiming(trigger), by);
  }

  reset(id: string, by?: ChangeOptions): Promise<Job> {
    return this.edit(id, RESETTING, by);
  }

  pause(id: string, pause: PauseJob = {}, by?: ChangeOptions): Promise<Job> {
    return this.edit(id, pausing(pause), by);
  }

  resume(id: string, misses: Misses = 'skip', by?: ChangeOptions): Promise<Job> {
    return this.edit(id, resuming(misses), by);
  }

  pauseMany(ids: readonly string[], pause: PauseJob, by: ChangeOptions = {}) {
    return this.change(by, () => this.editMany(ids, pausing(pause), by));
  }

  resumeMany(ids: readonly string[], misses: Misses, by: ChangeOptions = {}) {
    return this.change(by, () => this.editMany(ids, resuming(misses), by));
  }

  resetMany(ids: readonly string[], by: ChangeOptions = {}) {
    return this.change(by, () => this.editMany(ids, RESETTING, by));
  }

  removeMany(ids: readonly string[], by: ChangeOptions = {}) {
    return this.change(by, () =>
      each(ids, (id) => {
        const job = seen(new MemoryJobWriter(this.database).row(id));
        removeJob(this.database, id, by);
        return job;
      }),
    );
  }

  runMany(ids: readonly string[], by: ChangeOptions = {}) {
    return this.change(by, () => each(ids, (id) => runOf(runNow(this.database, id, {}, by))));
  }

  private editMany(ids: readonly string[], edit: JobEdit, by: ChangeOptions) {
    return each(ids, (id) => editJob(this.database, id, edit, by));
  }

  remove(id: string, by: ChangeOptions = {}): Promise<void> {
    return this.change(by, () => removeJob(this.database, id, by));
  }

  removeAll(by: ChangeOptions = {}): Promise<number> {
    return this.change(by, () => {
      const made = [...this.database.jobs.values()].filter(({ origin }) => origin === 'api');
      const { ifRevision: _none, ...author } = by;
      for (const { id } of made) removeJob(this.database, id, author);
      return made.length;
    });
  }

  async runNow(id: string, ask: RunNow = {}, by: ChangeOptions = {}): Promise<Run> {
    const asked = await this.change(by, () => runNow(this.database, id, ask, by));
    return runOf(this.database.runs.get(asked.id) ?? asked);
  }

  backfill(id: string, ask: Backfill, by: ChangeOptions = {}): Promise<Backfilled> {
    return this.change(by, () => backfill(this.database, id, ask, by));
  }

  /** A change that somebody asks for, with what follows from it at once. */
  protected async change<T>(_by: ChangeOptions, body: () => T): Promise<T> {
    return this.database.inOneGo(body);
  }

  private edit(id: string, edit: JobEdit, by: ChangeOptions = {}): Promise<Job> {
    return this.change(by, () => editJob(this.database, id, edit, by));
  }
}

/** What it returns, or the reason for which it refuses. */
function refusedOr<T>(act: () => T): T | TasksError {
  try {
    return act();
  } catch (error) {
    if (error instanceof TasksError) return error;
    throw error;
  }
}

/** What became of each, or why nothing did. */
function each<T>(
  ids: readonly string[],
  act: (id: string) => T,
): ReadonlyMap<string, T | TasksError> {
  return new Map(ids.map((id) => [id, refusedOr(() => act(id))]));
}
