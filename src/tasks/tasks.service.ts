import { Injectable } from '@nestjs/common';
import {
  InvalidInputError,
  JobNotFoundError,
  RunNotFoundError,
  UnknownTaskError,
} from './domain/errors.js';
import { newJobSchema, type Job, type NewJobInput } from './domain/job.js';
import type { Run } from './domain/run.js';
import { issuesOf, triggerIssues } from './domain/triggers/parse-trigger.js';
import {
  ClusterStore,
  type ClusterState,
  type LeaderInfo,
  type NodeInfo,
} from './store/cluster-store.js';
import { JobStore, type JobQuery, type RunNow } from './store/job-store.js';
import type { Page } from './store/page.js';
import { RunStore, type RunQuery } from './store/run-store.js';

/** A task and the live nodes that can run it. */
export interface TaskInfo {
  readonly name: string;
  /** Ids of nodes. */
  readonly nodes: readonly string[];
}

/**
 * What host code and controllers call. Every method works from any node.
 *
 * All of them throw `UnavailableError` while the database cannot be reached.
 */
@Injectable()
export class TasksService {
  constructor(
    private readonly jobs: JobStore,
    private readonly runs: RunStore,
    private readonly cluster: ClusterStore,
  ) {}

  /**
   * Stores a job; it fires from then on.
   *
   * @throws InvalidInputError naming each refused field, JobExistsError, UnknownTaskError
   */
  async addJob(input: NewJobInput): Promise<Job> {
    const parsed = newJobSchema.safeParse(input);
    if (!parsed.success) throw new InvalidInputError('The job', issuesOf(parsed.error));
    const job = parsed.data;
    const issues = triggerIssues(job.trigger);
    if (issues.length > 0) {
      throw new InvalidInputError(
        'The job',
        issues.map((issue) => ({ ...issue, pointer: `/trigger${issue.pointer}` })),
      );
    }
    const known = await this.getTasks();
    if (!known.some((task) => task.name === job.task)) {
      throw new UnknownTaskError(
        job.task,
        known.map((task) => task.name),
      );
    }
    return this.jobs.add(job, 'api');
  }

  /** @throws JobNotFoundError */
  async getJob(id: string): Promise<Job> {
    const job = await this.jobs.get(id);
    if (job === null) throw new JobNotFoundError(id);
    return job;
  }

  getJobs(query: Partial<JobQuery> = {}): Promise<Page<Job>> {
    return this.jobs.list({ limit: DEFAULT_LIMIT, ...query });
  }

  /**
   * Stops firing the job until it is resumed, and holds its pending runs.
   *
   * @param reason for whoever finds it paused
   * @throws JobNotFoundError
   */
  pauseJob(id: string, reason: string | null = null): Promise<Job> {
    return this.jobs.pause(id, reason);
  }

  /** Plans the job anew from now on. @throws JobNotFoundError */
  resumeJob(id: string): Promise<Job> {
    return this.jobs.resume(id);
  }

  /** Removes the job; its runs stay in the ledger. @throws JobNotFoundError */
  removeJob(id: string): Promise<void> {
    return this.jobs.remove(id);
  }

  /** Asks for a run now, also of a paused job. @throws JobNotFoundError, OverlappedError */
  runJob(id: string, ask: RunNow = {}): Promise<Run> {
    return this.jobs.runNow(id, ask);
  }

  /** @throws RunNotFoundError */
  async getRun(id: string): Promise<Run> {
    const run = await this.runs.get(id);
    if (run === null) throw new RunNotFoundError(id);
    return run;
  }

  getRuns(query: Partial<RunQuery> = {}): Promise<Page<Run>> {
    return this.runs.list({ limit: DEFAULT_LIMIT, ...query });
  }

  /** The tasks that live nodes can run. */
  async getTasks(): Promise<readonly TaskInfo[]> {
    const byName = new Map<string, string[]>();
    for (const node of await this.cluster.nodes()) {
      if (!node.alive) continue;
      for (const task of node.tasks) byName.set(task, [...(byName.get(task) ?? []), node.id]);
    }
    return [...byName]
      .map(([name, nodes]) => ({ name, nodes }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  getNodes(): Promise<readonly NodeInfo[]> {
    return this.cluster.nodes();
  }

  getLeader(): Promise<LeaderInfo> {
    return this.cluster.leader();
  }

  getState(): Promise<ClusterState> {
    return this.cluster.state();
  }

  /** Stops firing and starting in the whole cluster; what is running goes on. */
  pause(reason: string | null = null): Promise<void> {
    return this.cluster.pause(reason);
  }

  /** Fires again, in the whole cluster; what was missed while paused is not made up for. */
  resume(): Promise<void> {
    return this.cluster.resume();
  }
}

const DEFAULT_LIMIT = 100;
