import { TasksError } from '../domain/errors.js';
import type { Clock } from '../domain/clock.js';
import type { Job } from '../domain/job.js';
import type { Misses, PauseJob } from '../domain/job-requests.js';
import type { Run } from '../domain/run.js';
import { traceparent } from '../runner/tracing/otel-api.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { ChangeOptions, JobStore } from '../store/job-store.js';
import type { RunStore } from '../store/run-store.js';
import { ClusterCalls } from './cluster-calls.js';
import type { NodeSwitch } from './node-switch.js';
import type { TaskCatalogue } from './task-catalogue.js';
import type { TasksEventBus } from './task-events.js';

/** What can be asked of many jobs at once: one transaction, in which one that refuses stops no other. */
export abstract class JobBatches extends ClusterCalls {
  constructor(
    protected readonly jobs: JobStore,
    runs: RunStore,
    cluster: ClusterStore,
    catalogue: TaskCatalogue,
    node: NodeSwitch,
    bus: TasksEventBus,
    clock: Clock,
  ) {
    super(runs, cluster, catalogue, node, bus, clock);
  }

  /** Pauses many jobs, in a few statements: each as it is then, or why it was not paused. */
  async pauseJobs(ids: readonly string[], pause: PauseJob, by?: ChangeOptions) {
    const edited = await this.jobs.pauseMany(ids, pause, by);
    return toldOf(edited, ({ id, pauseReason, pausedUntil }) =>
      this.tell('job.paused', { jobId: id, reason: pauseReason, until: pausedUntil }),
    );
  }

  /** Resumes many jobs, in a few statements: each as it is then, or why it was not resumed. */
  async resumeJobs(ids: readonly string[], misses: Misses, by?: ChangeOptions) {
    const edited = await this.jobs.resumeMany(ids, misses, by);
    return toldOf(edited, ({ id }) => this.tell('job.resumed', { jobId: id }));
  }

  /** Resets many declared jobs, in a few statements: each as it is then, or why it was not reset. */
  async resetJobs(ids: readonly string[], by?: ChangeOptions) {
    return toldOf(await this.jobs.resetMany(ids, by), (job) => this.tellModified(job));
  }

  /** Removes many jobs in one transaction: each as it was, or why it stays. */
  async removeJobs(ids: readonly string[], by?: ChangeOptions) {
    const removed = await this.jobs.removeMany(ids, by);
    return toldOf(removed, ({ id }) => this.tell('job.removed', { jobId: id }));
  }

  /** Runs many jobs now, in one transaction: the run of each, or why there is none. */
  async runJobs(ids: readonly string[], by?: ChangeOptions) {
    const asked = await this.jobs.runMany(ids, { traceparent: traceparent(), ...by });
    return toldOf(asked, (run) => this.tellRun(run));
  }

  protected tellModified(job: Job): Job {
    this.tell('job.modified', { jobId: job.id, revision: job.revision });
    return job;
  }

  protected tellRun({ id, jobId, fireAt }: Run): void {
    this.tell('job.ran', { jobId, runId: id, fireAt });
  }
}

/** Tells of each that was changed. */
function toldOf<T>(
  many: ReadonlyMap<string, T | TasksError>,
  tell: (one: T) => void,
): ReadonlyMap<string, T | TasksError> {
  for (const one of many.values()) if (!(one instanceof TasksError)) tell(one);
  return many;
}
