import { expectedIntervalMs } from '../domain/expected-interval.js';
import type { Job } from '../domain/job.js';
import { PROBLEM_KINDS } from '../domain/problems/situation.js';
import type { ClusterProblems, Judged } from '../service/cluster-problems.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { JobStore } from '../store/job-store.js';
import type { RunStore } from '../store/run-store.js';
import { Slices } from '../store/slices.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import type { Instruments } from './instruments.js';
import type { JobLabels } from './job-labels.js';
import type { RunMetrics } from './run-metrics.js';
import { METRICS, type MetricName } from './metric-list.js';

/** What is known to this node by its own runs too is read that rarely, in ms. */
const SUCCESSES_MS = 60_000;

export interface ClusterSources {
  readonly problems: ClusterProblems;
  readonly cluster: ClusterStore;
  readonly jobs: JobStore;
  readonly runs: RunStore;
}

const OF_CLUSTER = (Object.keys(METRICS) as MetricName[]).filter(
  (name) => METRICS[name].of === 'leader',
);

/** What the leader alone tells, of the whole cluster and of each job: as the database has it. */
export class ClusterMetrics {
  private readonly intervals = new Map<string, number | null>();
  private readonly slices = new Slices(5);
  private successesAt = -Infinity;

  constructor(
    private readonly instruments: Instruments,
    private readonly labels: JobLabels,
    private readonly maxJobs: number,
    private readonly from: ClusterSources,
    private readonly own: Pick<RunMetrics, 'succeeded'>,
  ) {}

  /** @param now on the monotonic clock */
  async read(now: number): Promise<void> {
    const { problems, cluster, jobs } = this.from;
    const [judged, stats, first, items] = await Promise.all([
      problems.judge(),
      cluster.stats(),
      jobs.list({ limit: 1, order: 'nextFireAt', state: 'active' }),
      this.labelled(),
    ]);
    const own = items.filter(({ id }) => this.labels.of(id) === id);
    const intervals = await this.intervalsOf(own, judged.now);
    if (now - this.successesAt >= SUCCESSES_MS) await this.readSuccesses(own, now);
    this.forget();
    this.tellCluster(judged, stats.jobs, first.items[0]?.nextFireAt ?? null);
    for (const job of own) this.tellJob(job, intervals.get(job.id) ?? null);
  }

  /** This node does not lead, or does not know: somebody else tells it. */
  forget(): void {
    for (const name of OF_CLUSTER) this.instruments.clear(name);
  }

  private tellCluster(
    { problems, nodes, troubles, paused, now }: Judged,
    jobs: Readonly<Record<string, number>>,
    firstDue: Date | null,
  ): void {
    const { instruments } = this;
    const since = (at: Date | null) =>
      at === null ? 0 : Math.max(0, (now.getTime() - at.getTime()) / 1_000);
    const { overdue, waiting } = troubles;
    instruments.set('oldest_due_seconds', paused ? 0 : since(firstDue));
    instruments.set('overdue_jobs', paused ? 0 : overdue.count);
    instruments.set('waiting_runs', waiting.count);
    instruments.set('oldest_waiting_run_seconds', paused ? 0 : since(waiting.oldestRunAt));
    instruments.set('cluster_paused', paused ? 1 : 0);
    for (const [state, n] of Object.entries(jobs)) instruments.set('jobs', n, { state });
    const alive = nodes.filter((node) => node.alive);
    const silent = problems.find(({ kind }) => kind === 'silent-node')?.count ?? 0;
    instruments.set('nodes', alive.length, { state: 'alive' });
    instruments.set('nodes', silent, { state: 'silent' });
    for (const kind of PROBLEM_KINDS) {
      const found = problems.find((problem) => problem.kind === kind);
      instruments.set('problems', found?.count ?? 0, { kind });
    }
  }

  private tellJob(job: Job, intervalMs: number | null): void {
    const labels = { job_id: job.id };
    const set = (name: MetricName, at: Date | null) => {
      if (at !== null) this.instruments.set(name, at.getTime() / 1_000, labels);
    };
    set('job_next_fire_timestamp_seconds', job.nextFireAt);
    set('job_last_fire_timestamp_seconds', job.lastFireAt);
    set('job_changed_timestamp_seconds', job.updatedAt);
    this.instruments.set('job_paused', job.paused ? 1 : 0, labels);
    set('job_paused_since_timestamp_seconds', job.paused ? job.pausedAt : null);
    if (intervalMs !== null && job.state === 'active')
      this.instruments.set('job_expected_interval_seconds', intervalMs / 1_000, labels);
  }

  /** Those that have labels of their own; what code and configuration declare comes first. */
  private async labelled(): Promise<readonly Job[]> {
    const { jobs } = this.from;
    if (this.maxJobs === 0) return [];
    const declared = await jobs.list({ limit: this.maxJobs, origin: ['declared', 'config'] });
    const left = this.maxJobs - declared.items.length;
    if (left === 0) return declared.items;
    return [...declared.items, ...(await jobs.list({ limit: left, origin: 'api' })).items];
  }

  private async readSuccesses(jobs: readonly Job[], now: number): Promise<void> {
    const found = await this.from.runs.lastSuccesses(jobs.map(({ id }) => id));
    this.successesAt = now;
    for (const [job, at] of found) this.own.succeeded(job, at);
  }

  /** By job. A trigger is looked through once. */
  private async intervalsOf(jobs: readonly Job[], now: Date) {
    const found = new Map<string, number | null>();
    const triggers = new Set<string>();
    for (const { id, trigger, state } of jobs) {
      if (state !== 'active') continue;
      const key = JSON.stringify(trigger);
      triggers.add(key);
      if (!this.intervals.has(key)) {
        await this.slices.did(1);
        this.intervals.set(key, expectedIntervalMs(triggerOf(trigger, { seed: id }), now));
      }
      found.set(id, this.intervals.get(key) ?? null);
    }
    for (const key of this.intervals.keys()) if (!triggers.has(key)) this.intervals.delete(key);
    return found;
  }
}
