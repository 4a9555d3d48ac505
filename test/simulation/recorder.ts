import { isDeepStrictEqual } from 'node:util';
import type { Job, JobPolicy } from '../../src/tasks/domain/job.js';
import type { Misses } from '../../src/tasks/domain/job-requests.js';
import type { MemoryDatabase } from '../../src/tasks/store/memory/database.js';
import type { Bounds, HandlerEnd, HandlerStart, History, PlanStretch, Stop } from './history.js';

/** How many of the last events are shown with a violation. */
const MAX_NOTES = 60;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Writes down what happens, outside of the database, and makes a history of it. */
export class Recorder {
  calmSince: Date | null = null;
  readonly notes: string[] = [];
  private readonly starts: HandlerStart[] = [];
  private readonly ends: HandlerEnd[] = [];
  private readonly nodes = new Map<string, Date | null>();
  private readonly stops: Mutable<Stop>[] = [];
  private readonly unlimited: string[] = [];
  private readonly jobs = new Map<string, { policy: JobPolicy; plans: Mutable<PlanStretch>[] }>();

  constructor(
    private readonly database: MemoryDatabase,
    private readonly bounds: Bounds,
  ) {}

  note(text: string): void {
    this.notes.push(`${this.database.now().toISOString().slice(11, 23)} ${text}`);
    if (this.notes.length > MAX_NOTES) this.notes.shift();
  }

  nodeStarted(id: string): void {
    this.nodes.set(id, null);
  }

  nodeEnded(id: string): void {
    this.nodes.set(id, this.database.now());
  }

  started(start: Omit<HandlerStart, 'at'>): HandlerStart {
    const recorded = { ...start, at: this.database.now() };
    this.starts.push(recorded);
    return recorded;
  }

  ended(end: HandlerEnd): void {
    this.ends.push({ ...end, at: this.database.now() });
  }

  /** A job was made. */
  added(job: Job): void {
    this.edited(job);
    this.lifted(job.id);
  }

  /** A job got another trigger: what was due by the old one until then is accounted for. */
  edited(job: Job): void {
    const now = this.database.now();
    const plan = { trigger: job.trigger, after: now, until: null };
    const known = this.jobs.get(job.id);
    // The same trigger given again leaves the plan as it is.
    const current = known?.plans.at(-1);
    if (current?.until === null && isDeepStrictEqual(current.trigger, job.trigger)) return;
    this.closePlan(job.id, now);
    if (known) known.plans.push(plan);
    else this.jobs.set(job.id, { policy: job, plans: [plan] });
  }

  /** A job was stopped. Its plan goes on when it is resumed, and what it missed is accounted for. */
  stopped(jobId: string, what: 'job paused' | 'job removed'): void {
    const now = this.database.now();
    if (what === 'job removed') this.closePlan(jobId, now);
    this.lifted(jobId);
    this.stops.push({ what, jobId, from: now, to: null });
  }

  clusterPaused(): void {
    this.stops.push({ what: 'cluster paused', jobId: null, from: this.database.now(), to: null });
  }

  /** The pause or removal of a job, or of the cluster (null), is over. */
  lifted(jobId: string | null, misses?: Misses): void {
    const stop = this.stops.find((one) => one.jobId === jobId && one.to === null);
    if (!stop) return;
    stop.to = this.database.now();
    if (misses) stop.misses = misses;
  }

  /** A job is about to be changed: one that has had its runs has no fire times any more. */
  changing(jobId: string): void {
    const row = this.database.jobs.get(jobId);
    const spent = row !== undefined && row.maxRuns !== null && row.fired >= row.maxRuns;
    if (spent && row.lastFireAt !== null) this.closePlan(jobId, row.lastFireAt);
  }

  private closePlan(jobId: string, until: Date): void {
    const plan = this.jobs.get(jobId)?.plans.at(-1);
    if (plan?.until === null) plan.until = until;
  }

  unlimitedRun(runId: string): void {
    this.unlimited.push(runId);
  }

  /** What happened up to now. */
  history(): History {
    const { database } = this;
    const { nodeId, expiresAt } = database.lock;
    return {
      now: database.now(),
      jobs: [...this.jobs].map(([id, { policy, plans }]) => ({
        id,
        policy,
        plans,
        nextFireAt: database.jobs.get(id)?.nextFireAt ?? null,
        lastFireAt: database.jobs.get(id)?.lastFireAt ?? null,
        idleSince: database.jobs.get(id)?.idleSince ?? null,
      })),
      runs: database.runs.all(),
      starts: this.starts,
      ends: this.ends,
      terms: database.terms,
      lock: { nodeId, expiresAt: Number.isFinite(expiresAt) ? new Date(expiresAt) : null },
      nodes: [...this.nodes].map(([id, endedAt]) => ({ id, endedAt })),
      stops: this.stops,
      unlimited: this.unlimited,
      calmSince: this.calmSince,
      bounds: this.bounds,
    };
  }
}
