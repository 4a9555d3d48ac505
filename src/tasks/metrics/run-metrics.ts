import type { Clock } from '../domain/clock.js';
import type { TasksEventName, TasksEventOf } from '../domain/events.js';
import type { Instruments } from './instruments.js';
import type { JobLabels } from './job-labels.js';

/** How a run can end that this node has claimed. */
const OUTCOMES = ['succeeded', 'failed', 'timed-out', 'cancelled', 'abandoned'] as const;

/** The events that are counted here. */
export const COUNTED = [
  'run.started',
  'run.retrying',
  'run.succeeded',
  'run.failed',
  'run.timed-out',
  'run.cancelled',
  'run.abandoned',
  'run.lost',
  'leader.acquired',
  'leader.lost',
] as const satisfies readonly TasksEventName[];

type Counted = TasksEventOf<(typeof COUNTED)[number]>;
type Ended = TasksEventOf<`run.${(typeof OUTCOMES)[number]}`>;

interface Going {
  /** As its label has it. */
  readonly jobId: string;
  /** On the monotonic clock. */
  readonly since: number;
}

/** What becomes of the runs that this node works on, told by events. */
export class RunMetrics {
  private readonly going = new Map<string, Going>();
  private readonly successes = new Map<string, number>();
  /** By how much the database's clock is ahead, in ms: fire times are its own. */
  clockAheadMs = 0;

  constructor(
    private readonly instruments: Instruments,
    private readonly jobs: JobLabels,
    private readonly clock: Clock,
    private readonly slots: number,
  ) {}

  hear(event: Counted): void {
    switch (event.name) {
      case 'run.started':
        return this.started(event);
      case 'run.retrying':
        return this.attempt(event, 'retried');
      case 'run.lost':
        this.going.delete(keyOf(event.data));
        return this.instruments.count('runs_lost_total', {
          job_id: this.jobs.of(event.data.jobId),
        });
      case 'leader.acquired':
        return this.instruments.count('leader_transitions_total', { direction: 'acquired' });
      case 'leader.lost':
        return this.instruments.count('leader_transitions_total', { direction: 'lost' });
      default:
        return this.ended(event);
    }
  }

  /** A job that is known to be run has all of its series from the start: 0 is not the same as none. */
  expect(jobId: string): void {
    const job_id = this.jobs.of(jobId);
    for (const outcome of OUTCOMES)
      this.instruments.count('runs_total', { job_id, outcome, cause: 'fired' }, 0);
  }

  /** How it is now, for whoever asks. */
  tell(): void {
    const byJob = new Map<string, Going[]>();
    for (const run of this.going.values())
      byJob.set(run.jobId, [...(byJob.get(run.jobId) ?? []), run]);
    this.instruments.clear('runs_running');
    this.instruments.clear('run_running_oldest_seconds');
    for (const [job_id, runs] of byJob) {
      const since = Math.min(...runs.map((run) => run.since));
      this.instruments.set('runs_running', runs.length, { job_id });
      const seconds = (this.clock.monotonic() - since) / 1_000;
      this.instruments.set('run_running_oldest_seconds', seconds, { job_id });
    }
    this.instruments.set('run_slots', this.going.size, { state: 'used' });
    this.instruments.set('run_slots', this.slots, { state: 'total' });
  }

  private started({ at, data }: TasksEventOf<'run.started'>): void {
    const jobId = this.jobs.of(data.jobId);
    this.going.set(keyOf(data), { jobId, since: this.clock.monotonic() });
    const lagMs = at.getTime() + this.clockAheadMs - data.runAt.getTime();
    this.instruments.observe('fire_lag_seconds', Math.max(0, lagMs) / 1_000, { job_id: jobId });
  }

  private ended(event: Ended): void {
    const outcome = event.name.slice('run.'.length);
    this.attempt(event, outcome);
    const { jobId, cause } = event.data;
    const job_id = this.jobs.of(jobId);
    this.instruments.count('runs_total', { job_id, outcome, cause });
    if (outcome === 'succeeded') this.succeeded(jobId, event.at);
  }

  /** Here or elsewhere: the last time counts, whoever knows of it first. */
  succeeded(jobId: string, at: Date): void {
    if (this.jobs.of(jobId) !== jobId || at.getTime() <= (this.successes.get(jobId) ?? 0)) return;
    this.successes.set(jobId, at.getTime());
    const labels = { job_id: jobId };
    this.instruments.set('job_last_success_timestamp_seconds', at.getTime() / 1_000, labels);
  }

  private attempt({ data }: Ended | TasksEventOf<'run.retrying'>, outcome: string): void {
    this.going.delete(keyOf(data));
    const labels = { job_id: this.jobs.of(data.jobId), outcome };
    this.instruments.count('attempts_total', labels);
    this.instruments.observe('run_duration_seconds', data.durationMs / 1_000, labels);
  }
}

const keyOf = ({ runId, attempt }: { readonly runId: string; readonly attempt: number }) =>
  `${runId}/${attempt}`;
