import type { Clock } from '../domain/clock.js';
import { leaseTimings } from '../domain/lease.js';
import type { Log } from '../domain/log.js';
import type { EngineStore } from '../store/engine-store.js';
import { Claimer } from './claimer.js';
import { DatabaseClock } from './database-clock.js';
import { Elector } from './elector.js';
import { HeartbeatLoop } from './heartbeat.js';
import { HeldClaims } from './held-claims.js';
import type { ToEngine, ToRunner } from './messages.js';
import { OutcomeWriter } from './outcome-writer.js';
import { Planner } from './planner.js';
import { Settler } from './settler.js';

export interface EngineOptions {
  /** `scheduler` stands for leader, `worker` claims runs. */
  readonly roles: readonly string[];
  /** The tasks that this node can run. */
  readonly tasks: readonly string[];
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
}

/** How often workers look for runs: where wake-ups are heard they only make up for a lost one. */
const POLL_MS = 5_000;
const POLL_UNHEARD_MS = 500;

/** How long a stop waits for the last outcomes to be written. */
const FLUSH_MS = 5_000;

/**
 * All that moves: every loop that talks to the database. It knows nothing of Nest or of handlers; the
 * runner and it exchange plain messages.
 */
export class Engine {
  private readonly held = new HeldClaims();
  private readonly elector: Elector;
  private readonly planner: Planner;
  private readonly settler: Settler;
  private readonly claimer: Claimer;
  private readonly outcomes: OutcomeWriter;
  private readonly heartbeat: HeartbeatLoop;

  constructor(
    private readonly options: EngineOptions,
    private readonly store: EngineStore,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly tell: (message: ToRunner) => void,
  ) {
    const { lock, fires, queue, roster, wakeUps } = store;
    const { tasks, deadAfterMs, heartbeatMs } = options;
    const time = new DatabaseClock(clock);
    const pollMs = wakeUps.canHear ? POLL_MS : POLL_UNHEARD_MS;
    this.elector = new Elector(lock, clock, leaseTimings(options.leaseMs), log, (leads) => {
      tell({ type: 'leads', leads });
      this.planner.wake();
      this.settler.wake();
    });
    this.planner = new Planner(fires, this.elector, clock, time, log, () => this.claimer.wake());
    this.settler = new Settler(fires, this.elector, deadAfterMs, clock, log);
    this.claimer = new Claimer(
      queue,
      this.held,
      { tasks, pollMs, deadAfterMs },
      clock,
      log,
      (runs) => tell({ type: 'claimed', runs }),
    );
    this.outcomes = new OutcomeWriter(queue, this.held, clock, log, (claim, recorded) =>
      tell(
        recorded
          ? { type: 'recorded', claim, nextFireAt: recorded.nextFireAt }
          : { type: 'refused', claim },
      ),
    );
    this.heartbeat = new HeartbeatLoop(
      roster,
      this.held,
      heartbeatMs,
      clock,
      time,
      log,
      (claim) => tell({ type: 'abort', claim, reason: 'claim-lost' }),
      (unreachable) => tell({ type: 'database', unreachable }),
    );
  }

  start(): void {
    const { roles } = this.options;
    this.heartbeat.start();
    this.outcomes.start();
    this.store.wakeUps.listen((wakeUp) => {
      if (wakeUp === 'leader') this.elector.wake();
      if (wakeUp === 'jobs') this.planner.wake();
      if (wakeUp === 'runs') this.claimer.wake();
    });
    if (roles.includes('worker')) this.claimer.start();
    if (roles.includes('scheduler')) {
      this.elector.start();
      this.planner.start();
      this.settler.start();
    }
  }

  /** What the runner has to say. */
  post(message: ToEngine): void {
    switch (message.type) {
      case 'slots':
        return this.claimer.setFree(message.free);
      case 'outcome':
        return this.outcomes.write(message.outcome);
    }
  }

  /**
   * Begins nothing new: no claim, no fire, and the lock is given back. Runs go on, and so do the
   * heartbeats that keep them this node's.
   */
  async retire(): Promise<void> {
    await Promise.all([this.claimer.stop(), this.planner.stop(), this.settler.stop()]);
    await this.elector.stop();
  }

  /** Writes what is left to write, says good-bye and closes. Bounded, also without a database. */
  async close(): Promise<void> {
    await Promise.race([this.outcomes.flushed(), this.clock.sleep(FLUSH_MS)]);
    await Promise.all([this.outcomes.stop(), this.heartbeat.stop()]);
    try {
      await this.store.roster.leave();
    } catch {
      this.log.warn('The cluster could not be told that this node stops; it will notice.');
    }
    await this.store.close();
  }
}
