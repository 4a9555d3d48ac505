import type { Run, RunAttempt, RunCause, RunError, RunState, SkipReason } from '../domain/run.js';

/** What a run is made of before anything has happened to it. */
export interface NewLocalRun {
  readonly id: string;
  readonly jobId: string;
  readonly task: string;
  readonly cause: RunCause;
  readonly fireAt: Date;
  readonly payload: unknown;
  readonly priority: number;
  readonly createdAt: Date;
  readonly nodeId: string;
  /** The run that this one repeats. */
  readonly retryOf: string | null;
}

/** A run of this process. It changes; `toRun` is what others get to see of it. */
export class LocalRun {
  state: RunState = 'pending';
  reason: string | null = null;
  attempt = 0;
  startedAt: Date | null = null;
  finishedAt: Date | null = null;
  error: RunError | null = null;
  result: unknown = null;
  cancelRequestedAt: Date | null = null;
  runAt: Date;
  /** It ran out of time, and its handler goes on nevertheless. */
  handlerAlive = false;
  held: Run['held'] = null;
  /** The event loop has turned since it was started, so it could have ended. */
  hadTurn = false;
  /** Resolves when its handler has ended. */
  ended: Promise<void> = Promise.resolve();
  readonly attempts: RunAttempt[] = [];
  controller = new AbortController();
  /** Of a run that waits to be tried again, or that must end in time. */
  timer: NodeJS.Timeout | null = null;

  constructor(readonly made: NewLocalRun) {
    this.runAt = made.fireAt;
  }

  get hasEnded(): boolean {
    return this.state !== 'pending' && this.state !== 'running';
  }

  begin(at: Date): void {
    this.state = 'running';
    this.attempt += 1;
    this.startedAt = at;
    this.hadTurn = false;
    this.held = null;
    this.controller = new AbortController();
    // Not queueMicrotask, which fake timers replace as well.
    void Promise.resolve().then(() => {
      this.hadTurn = true;
    });
  }

  end(state: RunState, at: Date, more: { error?: RunError; result?: unknown } = {}): void {
    this.state = state;
    this.finishedAt = at;
    this.error = more.error ?? null;
    this.result = more.result ?? null;
    this.held = null;
    this.forgetTimer();
  }

  skip(reason: SkipReason, at: Date): void {
    this.reason = reason;
    this.end('skipped', at);
  }

  /** Keeps what became of the attempt, and waits for the next one. */
  tryAgainAt(runAt: Date, finishedAt: Date, error: RunError): void {
    const { attempt, startedAt, made } = this;
    const ended = { state: 'failed', startedAt, finishedAt, error } as const;
    this.attempts.push({ attempt, nodeId: made.nodeId, ...ended });
    this.forgetTimer();
    this.state = 'pending';
    this.runAt = runAt;
    this.error = error;
  }

  forgetTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  toRun(): Run {
    const { payload: _payload, ...made } = this.made;
    const { state, reason, attempt, startedAt, finishedAt, runAt, error, result, held } = this;
    return {
      ...made,
      state,
      reason,
      attempt,
      startedAt,
      finishedAt,
      runAt,
      error,
      result,
      held,
      handlerAlive: this.handlerAlive,
      cancelRequestedAt: this.hasEnded ? null : this.cancelRequestedAt,
      coversFrom: null,
      coversTo: null,
      coversCount: null,
      nodeId: attempt > 0 ? made.nodeId : null,
      fencingToken: null,
      progress: null,
      backfillId: null,
    };
  }
}
