import { Inject, Injectable } from '@nestjs/common';
import { DEFAULT_LIMIT } from './cluster-calls.js';
import { JobBatches } from './job-batches.js';
import { JobNotFoundError, TasksError } from '../domain/errors.js';
import { Clock } from '../domain/clock.js';
import type { Job, JobPatchInput, NewJob, NewJobInput } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import type { Why } from '../domain/why/answer.js';
import { becameOf, checkNewJobs, type AddedJobs } from './add-jobs.js';
import { explainJob } from './explain-job.js';
import { traceparent } from '../runner/tracing/otel-api.js';
import { jobHandle, type JobHandle } from './job-handle.js';
import {
  parseBackfill,
  parseJobPatch,
  parseNewJob,
  parseRunNow,
  type BackfillInput,
} from './job-input.js';
import { NodeSwitch } from './node-switch.js';
import { TaskCatalogue } from './task-catalogue.js';
import { ClusterStore } from '../store/cluster-store.js';
import {
  JobStore,
  type Added,
  type AddManyOptions,
  type ChangeOptions,
  type JobFilter,
  type JobQuery,
} from '../store/job-store.js';
import type { Backfilled, Conflict, Misses, PauseJob, RunNow } from '../domain/job-requests.js';
import type { Page, Total } from '../store/page.js';
import { RunStore } from '../store/run-store.js';
import { TasksEventBus } from './task-events.js';

/** How a job is added. */
export interface AddOptions extends ChangeOptions {
  /** What becomes of it when its id is taken. Default: `error`. */
  readonly conflict?: Conflict;
}

/**
 * What host code and controllers call. Every method works from any node, and each that changes a job
 * can be a part of the caller's own transaction (`{ manager }`).
 *
 * All of them throw `UnavailableError` while the database cannot be reached; it says whether the change
 * may have been made. Asking again is safe: a change to what is there already changes nothing.
 */
@Injectable()
export class TasksService extends JobBatches {
  constructor(
    jobs: JobStore,
    runs: RunStore,
    cluster: ClusterStore,
    catalogue: TaskCatalogue,
    @Inject(NodeSwitch) node: NodeSwitch,
    bus: TasksEventBus,
    clock: Clock,
  ) {
    super(jobs, runs, cluster, catalogue, node, bus, clock);
  }

  /**
   * Stores a job; it fires from then on.
   *
   * @throws InvalidInputError naming each refused field, JobExistsError, UnknownTaskError, NodesSilentError
   */
  async addJob(input: NewJobInput, { conflict, ...by }: AddOptions = {}): Promise<JobHandle> {
    const job = parseNewJob(input);
    await this.checkTask(job.task);
    await this.catalogue.checkPayload(job.task, job.payload);
    return this.tellAdded(await this.jobs.add(job, 'api', conflict, by), conflict);
  }

  /**
   * Stores many jobs in one transaction: thousands in a second. One that is refused keeps none of the
   * others from it; the answer tells of each by its place. With `conflict: 'keep'` the same call can be
   * repeated, whatever became of the first.
   *
   * @throws UnavailableError; then none was added, unless it says that they may have been
   */
  async addJobs(
    inputs: readonly NewJobInput[],
    { conflict, ...by }: AddManyOptions & Pick<AddOptions, 'conflict'> = {},
  ): Promise<AddedJobs> {
    const tasks = new Map<string, Promise<void>>();
    const checked = await checkNewJobs(inputs, async ({ task, payload }) => {
      if (!tasks.has(task)) tasks.set(task, this.checkTask(task));
      await tasks.get(task);
      await this.catalogue.checkPayload(task, payload);
    });
    const jobs = checked.filter((job): job is NewJob => !(job instanceof TasksError));
    const became = jobs.length > 0 ? await this.jobs.addMany(jobs, 'api', conflict, by) : [];
    return becameOf(checked, became, (added) => this.tellAdded(added, conflict));
  }

  /** @throws JobNotFoundError */
  async getJob(id: string): Promise<JobHandle> {
    const job = await this.jobs.get(id);
    if (job === null) throw new JobNotFoundError(id);
    return this.handle(job);
  }

  async getJobs(query: Partial<JobQuery> = {}): Promise<Page<JobHandle>> {
    const { items, nextCursor } = await this.jobs.list({ limit: DEFAULT_LIMIT, ...query });
    return { items: items.map((job) => this.handle(job)), nextCursor };
  }

  /** How many jobs there are, as far as they are counted. */
  countJobs(filter: JobFilter = {}): Promise<Total> {
    return this.jobs.count(filter);
  }

  /** Why a job has not run, or when it will. @throws JobNotFoundError */
  async why(id: string): Promise<Why> {
    const { runs, cluster } = this;
    return explainJob(await this.getJob(id), { runs, cluster });
  }

  /**
   * Changes fields of a job, all or none. A job whose trigger changes is planned anew from now on. What
   * is changed of a declared job stays so over deploys, until `resetJob`.
   *
   * @throws InvalidInputError, JobNotFoundError, UnknownTaskError, RevisionConflictError
   */
  async modifyJob(id: string, input: JobPatchInput, by?: ChangeOptions): Promise<JobHandle> {
    const patch = parseJobPatch(id, input);
    if (patch.task !== undefined) await this.checkTask(patch.task);
    if (patch.payload !== undefined) {
      const task = patch.task ?? (await this.getJob(id)).task;
      await this.catalogue.checkPayload(task, patch.payload);
    }
    return this.handle(this.tellModified(await this.jobs.modify(id, patch, by)));
  }

  /** Gives a job another trigger, in force from now on. A paused job stays paused. */
  rescheduleJob(id: string, trigger: TriggerSpec, by?: ChangeOptions): Promise<JobHandle> {
    return this.modifyJob(id, { trigger }, by);
  }

  /** Makes a declared job what its declaration says again. @throws JobNotFoundError */
  async resetJob(id: string, by?: ChangeOptions): Promise<JobHandle> {
    return this.handle(this.tellModified(await this.jobs.reset(id, by)));
  }

  /**
   * Stops firing the job, and holds its pending runs, until it is resumed or the pause ends by itself.
   * Once this resolves, no fire and no start of its old plan follows.
   *
   * @throws JobNotFoundError
   */
  async pauseJob(id: string, pause?: PauseJob, by?: ChangeOptions): Promise<JobHandle> {
    const job = await this.jobs.pause(id, pause, by);
    this.tell('job.paused', { jobId: id, reason: job.pauseReason, until: job.pausedUntil });
    return this.handle(job);
  }

  /** Plans the job anew from now on. @throws JobNotFoundError */
  async resumeJob(id: string, misses?: Misses, by?: ChangeOptions): Promise<JobHandle> {
    const job = await this.jobs.resume(id, misses, by);
    this.tell('job.resumed', { jobId: id });
    return this.handle(job);
  }

  /**
   * Removes the job and cancels its pending runs; its runs stay in the ledger.
   *
   * @throws JobNotFoundError, WrongStateError for a job that code or configuration declares
   */
  async removeJob(id: string, by?: ChangeOptions): Promise<void> {
    await this.jobs.remove(id, by);
    this.tell('job.removed', { jobId: id });
  }

  /** Removes all jobs that were made at run time; declared ones belong to the code. How many. */
  async removeAllJobs(by?: ChangeOptions): Promise<number> {
    const count = await this.jobs.removeAll(by);
    this.tell('jobs.removed', { count });
    return count;
  }

  /**
   * Asks for a run now, also of a paused job.
   *
   * @throws JobNotFoundError, OverlappedError, InvalidInputError for a payload that has no JSON
   */
  async runJob(id: string, given: RunNow = {}, by?: ChangeOptions): Promise<Run> {
    const ask = parseRunNow(given);
    if (ask.payload !== undefined) {
      await this.catalogue.checkPayload((await this.getJob(id)).task, ask.payload);
    }
    const run = await this.jobs.runNow(id, ask, { traceparent: traceparent(), ...by });
    this.tellRun(run);
    return run;
  }

  /** Runs fire times of the past, whatever became of them then. @throws JobNotFoundError, InvalidInputError */
  async backfill(id: string, range: BackfillInput, by?: ChangeOptions): Promise<Backfilled> {
    const done = await this.jobs.backfill(id, parseBackfill(range), by);
    const { backfillId, fireTimes } = done;
    if (backfillId !== null) {
      this.tell('job.backfilled', { jobId: id, backfillId, count: fireTimes.length });
    }
    return done;
  }

  private handle(job: Job): JobHandle {
    return jobHandle(this, job);
  }

  private tellAdded({ job, created }: Added, conflict?: Conflict): JobHandle {
    if (created) this.tell('job.added', { jobId: job.id });
    else if (conflict === 'replace') this.tellModified(job);
    return this.handle(job);
  }

  private checkTask(task: string): Promise<void> {
    this.node.explore();
    return this.catalogue.checkTask(task);
  }
}
