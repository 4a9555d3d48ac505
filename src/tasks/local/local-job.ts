import type { Job, JobPolicy, JobState, NewJob } from '../domain/job.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import type { Trigger } from '../triggers/trigger.js';
import type { LocalRun } from './local-run.js';

/** What makes a job of this process fire. */
export interface LocalTimer {
  /** When it rings next; null: it does not. */
  nextFireAt(): Date | null;
  /** Does nothing for a timer whose handle the host holds: the gate keeps its job from running. */
  pause(): void;
  resume(): void;
  /** Ends it for good. */
  stop(): unknown;
}

export type LocalDefinition = Pick<NewJob, 'id' | 'task' | 'payload' | 'deleteWhenDone'> &
  JobPolicy & {
    readonly name: string;
    readonly tags: readonly string[];
    readonly origin: Job['origin'];
    readonly trigger: TriggerSpec;
  };

/** A job of this process: its definition, its timer, and what the gate must know to decide. */
export class LocalJob {
  paused = false;
  pauseReason: string | null = null;
  pausedAt: Date | null = null;
  revision = 1;
  lastFireAt: Date | null = null;
  updatedAt: Date;
  /** How many runs its trigger has started. */
  fired = 0;
  timer: LocalTimer | null = null;
  /** Runs whose handlers go on. */
  readonly live = new Set<LocalRun>();
  /** Runs that wait for their turn, in order. */
  readonly waiting: LocalRun[] = [];
  /** The run that waits to be tried again. */
  retrying: LocalRun | null = null;
  trigger: Trigger;

  constructor(
    public definition: LocalDefinition,
    readonly createdAt: Date,
  ) {
    this.updatedAt = createdAt;
    this.trigger = triggerOf(definition.trigger, { seed: definition.id });
  }

  get id(): string {
    return this.definition.id;
  }

  get isSpent(): boolean {
    const { maxRuns } = this.definition;
    return maxRuns !== null && this.fired >= maxRuns;
  }

  /** Changes when it fires, as far as it is told; its timer is somebody else's. */
  reschedule(trigger: TriggerSpec): void {
    this.trigger = triggerOf(trigger, { seed: this.id });
    this.definition = { ...this.definition, trigger };
  }

  /** Runs that wait, for their turn or to be tried again. */
  pending(): readonly LocalRun[] {
    return this.retrying ? [...this.waiting, this.retrying] : [...this.waiting];
  }

  /** A pending run is not to start any more. */
  withdraw(run: LocalRun): void {
    if (this.retrying === run) this.retrying = null;
    const at = this.waiting.indexOf(run);
    if (at >= 0) this.waiting.splice(at, 1);
    run.forgetTimer();
  }

  /** What waits to be tried again gives way to another run. */
  supersedeRetry(at: Date): void {
    const run = this.retrying;
    if (run === null) return;
    this.withdraw(run);
    run.reason = 'superseded';
    run.end('failed', at, run.error ? { error: run.error } : {});
  }

  pause(reason: string | null, at: Date): void {
    this.paused = true;
    this.pauseReason = reason;
    this.pausedAt ??= at;
    this.touch(at);
  }

  resume(at: Date): void {
    this.paused = false;
    this.pauseReason = null;
    this.pausedAt = null;
    this.touch(at);
  }

  touch(at: Date): void {
    this.revision += 1;
    this.updatedAt = at;
  }

  toJob(): Job {
    const { paused, pauseReason, pausedAt, lastFireAt, revision, createdAt, updatedAt } = this;
    const nextFireAt = paused || this.isSpent ? null : (this.timer?.nextFireAt() ?? null);
    const state: JobState = paused ? 'paused' : nextFireAt === null ? 'finished' : 'active';
    return {
      ...this.definition,
      paused,
      pauseReason,
      pausedAt,
      lastFireAt,
      revision,
      createdAt,
      updatedAt,
      nextFireAt,
      state,
      pausedUntil: null,
      overridden: [],
      unknownSince: null,
    };
  }
}
