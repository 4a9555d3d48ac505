import type { Clock } from '../domain/clock.js';
import { leaseTimings } from '../domain/lease.js';
import type { Log } from '../domain/log.js';
import { within } from '../domain/within.js';
import type { EngineStore } from '../store/engine-store.js';
import type { Claim } from '../store/run-queue.js';
import { Caretaker } from './caretaker.js';
import { Claimer } from './claimer.js';
import { counted } from './counted-ports.js';
import { Counter } from './counter.js';
import { DatabaseClock } from './database-clock.js';
import { DeclarationWatcher } from './declaration-watcher.js';
import { Elector } from './elector.js';
import { HeardFires } from './heard-fires.js';
import { HeartbeatLoop } from './heartbeat.js';
import { HeldClaims } from './held-claims.js';
import type { ToEngine, ToRunner } from './messages.js';
import type { LeaderDuty } from './leader-duty.js';
import { LeaderFitness } from './leader-fitness.js';
import { LeaderWatch } from './leader-watch.js';
import { OutcomeWriter } from './outcome-writer.js';
import { Planner } from './planner.js';
import { Reporter } from './reporter.js';
import { Pruner } from './pruner.js';
import { Releaser } from './releaser.js';
import { Settler } from './settler.js';
import { TransactionEnder } from './transaction-ender.js';

export interface EngineOptions {
  /** `scheduler` stands for leader, `worker` claims runs. */
  readonly roles: readonly string[];
  /** The tasks that this node can run. */
  readonly tasks: readonly string[];
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
  /** Whether runs that are claimed now would be started at once. Default: they would. */
  readonly canTake?: () => boolean;
  /** Wakes the main loop at a fire time, more precisely than the other one. Default: that. */
  readonly preciseClock?: Clock;
}

/** How often workers look for runs: where wake-ups are heard they only make up for a lost one. */
const POLL_MS = 5_000;
const POLL_UNHEARD_MS = 500;

/** How long a stop waits for the fire in flight before it gives the lock back. */
const FIRE_MS = 1_000;

/** How long a stop waits for the last outcomes and lines to be written. */
const FLUSH_MS = 4_000;

/**
 * All that moves: every loop that talks to the database. It knows nothing of Nest or of handlers; the
 * runner and it exchange plain messages.
 */
export class Engine {
  private readonly held = new HeldClaims();
  private readonly heardFires: HeardFires;
  private readonly leaderWatch: LeaderWatch;
  private readonly fitness: LeaderFitness;
  private readonly elector: Elector;
  private readonly planner: Planner;
  private readonly releaser: Releaser;
  private readonly claimer: Claimer;
  private readonly outcomes: OutcomeWriter;
  private readonly heartbeat: HeartbeatLoop;
  private readonly reporter: Reporter;
  private readonly caretaker: Caretaker | null;
  /** All that the leader alone does beside firing; two of them are woken for reasons of their own, too. */
  private readonly duties: readonly LeaderDuty[];

  constructor(
    private readonly options: EngineOptions,
    private readonly store: EngineStore,
    private readonly clock: Clock,
    private readonly hostLog: Log,
    private readonly tell: (message: ToRunner) => void,
  ) {
    const { history, queue, roster, wakeUps, care, transactions } = store;
    const { tasks, deadAfterMs, heartbeatMs, preciseClock = clock } = options;
    const timings = leaseTimings(options.leaseMs);
    const time = new DatabaseClock(clock);
    const { counting, log, lock, fires, claims } = counted(store, hostLog, timings, clock, time);
    const pollMs = wakeUps.canHear ? POLL_MS : POLL_UNHEARD_MS;
    this.fitness = new LeaderFitness(fires, options, clock);
    const changed = (leads: boolean) => {
      tell({ type: 'leads', leads });
      this.planner.wake();
      for (const duty of this.duties) duty.wake();
    };
    this.elector = new Elector(lock, clock, timings, log, changed, this.fitness);
    const leads = () => this.elector.token !== null;
    this.leaderWatch = new LeaderWatch(this.fitness, leads, options.leaseMs, clock);
    this.heardFires = new HeardFires(fires, (event) => tell({ type: 'event', event }));
    this.claimer = new Claimer(
      claims,
      this.held,
      { tasks, pollMs, deadAfterMs, canTake: options.canTake ?? (() => true) },
      clock,
      log,
      (runs) => tell({ type: 'claimed', runs }),
    );
    const pending = () => this.claimer.wake();
    this.planner = new Planner(
      ...([this.heardFires, this.elector, preciseClock, time, log, pending] as const),
      ...([this.fitness.firing, this.claimer] as const),
    );
    this.releaser = new Releaser(fires, this.elector, 2 * pollMs, clock, log, pending);
    this.caretaker = care ? new Caretaker(care, this.elector, deadAfterMs, clock, log) : null;
    this.duties = [
      this.releaser,
      new Settler(fires, this.elector, options, clock, log),
      new Pruner(history, this.elector, clock, log),
      new Counter(store.sums, this.elector, clock, log),
      ...(this.caretaker ? [this.caretaker] : []),
      ...(transactions
        ? [new TransactionEnder(transactions, this.elector, options, clock, log)]
        : []),
    ];
    this.outcomes = new OutcomeWriter(queue, this.held, clock, log, {
      recorded: (claim, recorded) =>
        tell(
          recorded
            ? { type: 'recorded', claim, nextFireAt: recorded.nextFireAt }
            : { type: 'refused', claim },
        ),
      noted: (claims) => tell({ type: 'noted', claims }),
    });
    const watcher = new DeclarationWatcher(deadAfterMs, clock, tell);
    this.heartbeat = new HeartbeatLoop(roster, this.held, heartbeatMs, clock, time, log, {
      lost: (claim) => tell({ type: 'abort', claim, reason: { type: 'claim-lost' } }),
      cancelled: (claim, why) => tell({ type: 'abort', claim, reason: { type: 'cancelled', why } }),
      reached: (unreachable) => {
        this.fitness.heartbeat(unreachable);
        tell({ type: 'database', unreachable, figures: counting.take() });
      },
      answered: (heartbeat) => {
        watcher.heard(heartbeat);
        if (!heartbeat) return;
        this.claimer.setDraining(heartbeat.drain);
        this.claimer.setSwitchedOff(heartbeat.switchedOff);
        this.leaderWatch.heard(heartbeat.led);
      },
    });
    this.reporter = new Reporter(queue, clock, log);
  }

  /** Goes on where another engine of this node ended, whose runs go on. To be called before the start. */
  resume(claims: readonly Claim[]): void {
    for (const claim of claims) this.held.add(claim);
    this.claimer.doubt();
  }

  start(): void {
    const { roles } = this.options;
    this.heartbeat.start();
    this.outcomes.start();
    this.reporter.start();
    this.store.wakeUps.listen((wakeUp) => {
      if (wakeUp === 'leader') this.elector.wake();
      if (wakeUp === 'jobs') for (const loop of [this.planner, this.caretaker]) loop?.wake();
      if (wakeUp === 'runs') this.claimer.wake();
      if (wakeUp === 'cancel') this.heartbeat.wake();
      if (wakeUp === 'slots') this.releaser.wake();
    });
    if (roles.includes('worker')) this.claimer.start();
    if (roles.includes('scheduler')) {
      this.elector.start();
      this.planner.start();
      for (const duty of this.duties) duty.start();
    }
  }

  /**
   * Why this node does not do its work, or nobody does that it depends on; null: all is well. It is what
   * the loops themselves say of their last turns.
   */
  trouble(): string | null {
    const { leaseMs, heartbeatMs } = this.options;
    return (
      this.heartbeat.failingFor(2 * heartbeatMs) ??
      this.outcomes.failingFor(leaseMs) ??
      this.claimer.failingFor(leaseMs) ??
      this.planner.failingFor(leaseMs) ??
      this.leaderWatch.trouble()
    );
  }

  /** It works here, as far as this engine knows. */
  holds(claim: Claim): boolean {
    return this.held.isWorking(claim);
  }

  /** A sign of life at once: there is something that the others should know. */
  beat(): void {
    this.heartbeat.wake();
  }

  /** What the runner has to say. */
  post(message: ToEngine): void {
    switch (message.type) {
      case 'tasks':
        return this.claimer.setTasks(message.tasks);
      case 'slots':
        return this.claimer.setFree(message.free, message.limits);
      case 'outcome':
        return this.outcomes.write(message.outcome);
      case 'untaken':
        for (const claim of message.claims) this.held.remove(claim);
        return this.claimer.doubt();
      case 'returned':
        return this.outcomes.returned(message.claim);
      case 'line':
        return this.reporter.line(message.line);
      case 'progress':
        return this.reporter.setProgress(message.progress);
      case 'listen':
        this.heardFires.wantsRows = message.rows;
        return;
    }
  }

  /**
   * Begins nothing new: no claim, no fire, and the lock is given back. Runs go on, and so do the
   * heartbeats that keep them this node's.
   *
   * The lock goes first: only the fire in flight is waited for, and not for long. What else goes on, of
   * clean-up or claims, may last, and nobody else should have to wait for it.
   */
  async retire(): Promise<void> {
    const stopped = Promise.all([this.claimer, ...this.duties].map((loop) => loop.stop()));
    await within(this.clock, FIRE_MS, this.planner.stop());
    await this.elector.stop();
    await stopped;
  }

  /** Writes what is left to write, says good-bye and closes. Bounded, also without a database. */
  async close(): Promise<void> {
    const flushed = Promise.all([this.reporter.flushed(), this.outcomes.flushed()]);
    await within(this.clock, FLUSH_MS, flushed);
    await Promise.all([this.reporter.stop(), this.outcomes.stop(), this.heartbeat.stop()]);
    try {
      await this.store.roster.leave();
    } catch {
      this.hostLog.warn('The cluster could not be told that this node stops; it will notice.');
    }
    await this.store.close();
  }
}
