import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Clock } from '../domain/clock.js';
import { within } from '../domain/within.js';
import { NodeStatus } from '../node/node-status.js';
import { TasksLogger } from '../node/tasks-logger.js';
import { ClusterProblems } from '../service/cluster-problems.js';
import { TasksEventBus } from '../service/task-events.js';
import { ClusterStore } from '../store/cluster-store.js';
import { JobStore } from '../store/job-store.js';
import { RunStore } from '../store/run-store.js';
import { TasksOptions } from '../tasks.options.js';
import { ClusterMetrics } from './cluster-metrics.js';
import { EngineMetrics } from './engine-metrics.js';
import { Instruments } from './instruments.js';
import { JobLabels } from './job-labels.js';
import { COUNTED, RunMetrics } from './run-metrics.js';
import { TasksMetricsOptions } from './tasks-metrics.options.js';

/** However many ask, the database is read no more often than this, in ms. */
const FRESH_MS = 5_000;
/** An answer does not wait for the database any longer, in ms. */
const ANSWER_MS = 3_000;
/** What was read so long ago is not told any more, in ms. */
const OLD_MS = 60_000;

/**
 * The metrics of this node. Counting costs nothing but a sum: runs are counted by their events, and what the
 * engine has counted comes with its signs of life. What only the database knows is read when somebody asks, on
 * the leader alone.
 */
@Injectable()
export class TasksMetrics {
  readonly registry: Registry;
  private readonly logger = new TasksLogger('TasksMetrics');
  private readonly runs: RunMetrics;
  private readonly engine: EngineMetrics;
  private readonly ofCluster: ClusterMetrics;
  private reading: Promise<void> | null = null;
  private readAt = -Infinity;
  private why = '';

  constructor(
    options: TasksMetricsOptions,
    tasks: TasksOptions,
    private readonly status: NodeStatus,
    private readonly clock: Clock,
    events: TasksEventBus,
    problems: ClusterProblems,
    cluster: ClusterStore,
    private readonly jobs: JobStore,
    runs: RunStore,
  ) {
    this.registry = options.registry ?? new Registry();
    if (options.processMetrics) collectDefaultMetrics({ register: this.registry });
    const instruments = new Instruments(this.registry, options.prefix);
    const labels = new JobLabels(options.maxJobs);
    const slots = tasks.roles.includes('worker') ? tasks.concurrency : 0;
    this.runs = new RunMetrics(instruments, labels, clock, slots);
    this.engine = new EngineMetrics(instruments, labels, status, clock);
    const from = { problems, cluster, jobs, runs };
    this.ofCluster = new ClusterMetrics(instruments, labels, options.maxJobs, from, this.runs);
    // Not all: what a fire makes happen would cost the statement that fires.
    for (const name of COUNTED) events.on(name, (event) => this.runs.hear(event));
    events.on('node.started', () => this.expectDeclared(options.maxJobs));
    status.hearFigures = (figures) => {
      this.runs.clockAheadMs = figures.clockAheadMs;
      this.engine.hear(figures);
    };
  }

  /** All of them, as Prometheus reads them. */
  async text(): Promise<string> {
    await this.update();
    return this.registry.metrics();
  }

  /** Makes the gauges true; a host that serves its own registry calls it before. */
  async update(): Promise<void> {
    this.runs.tell();
    this.engine.tell();
    if (this.status.isLeader && this.status.running)
      await within(this.clock, ANSWER_MS, this.read());
    const age = this.clock.monotonic() - this.readAt;
    if (!this.status.isLeader || age > OLD_MS) this.ofCluster.forget();
  }

  private read(): Promise<void> {
    if (this.clock.monotonic() - this.readAt < FRESH_MS) return Promise.resolve();
    this.reading ??= this.readNow().finally(() => (this.reading = null));
    return this.reading;
  }

  private async readNow(): Promise<void> {
    const now = this.clock.monotonic();
    try {
      await this.ofCluster.read(now);
      this.readAt = now;
      this.why = '';
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== this.why)
        this.logger.warn(`The metrics of the cluster could not be read: ${why}`);
      this.why = why;
    }
  }

  private async expectDeclared(limit: number): Promise<void> {
    if (limit === 0) return;
    const { items } = await this.jobs.list({ limit, origin: ['declared', 'config'] });
    for (const { id } of items) this.runs.expect(id);
  }
}
