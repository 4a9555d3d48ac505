import type { Log } from '../domain/log.js';
import { Engine } from '../engine/engine.js';
import type { ToEngine, ToRunner } from '../engine/messages.js';
import { SystemClock } from '../engine/system-clock.js';
import type { EngineStore } from '../store/engine-store.js';
import { ClockShift } from '../store/postgres/database-time.js';
import { Connections } from '../store/postgres/session/connections.js';
import type { Blocked, NodeIdentity, NodeVitals } from '../store/node-roster.js';
import { BlockedMain } from './blocked-main.js';
import { BLOCKED_MS, MainWatch, SLOW_MS } from './main-watch.js';
import type { FromThread, ThreadSeed, ToThread } from './messages.js';
import { Offers } from './offers.js';
import { openStore } from './open-store.js';
import { Overdue, timedOutHere } from './overdue.js';
import { sharedNow, waitOut } from './shared-clock.js';
import { SharedState } from './shared-state.js';

/** How often it looks at the main thread, in ms: while there are offers, and otherwise. */
const LOOK_MS = 25;
const IDLE_LOOK_MS = 250;

/**
 * The engine in a thread of its own: lease, plans, heartbeats, settling and care go on whatever the main thread is
 * busy with.
 *
 *   main thread:    Nest, handlers, HTTP          ── outcomes, free slots ──▶   engine thread: every loop that
 *                   ThreadedEngine, Runner        ◀── offers, aborts ────────   talks to the database
 *
 * What can go wrong, and why nobody else notices:
 *
 * - A handler or a request blocks the main thread. Nothing is claimed any more, what was offered and not taken goes
 *   back to the ledger, the runs that go on keep their signs of life, and those whose time is over end as timed out.
 * - This thread blocks or dies. Its lease runs out and another node leads; main notices, and starts a new thread that
 *   holds the same runs (`threaded-engine.ts`).
 * - Both at once. Then it is a node that is dead, and is settled as one.
 */
export class EngineThread {
  private readonly clock = new SystemClock();
  private readonly log: Log;
  private readonly node: NodeIdentity;
  private block: Blocked | null = null;
  private readonly shared: SharedState;
  private readonly watch: MainWatch;
  private readonly offers: Offers;
  private readonly overdue = new Overdue();
  private readonly blocked: BlockedMain;
  private engine: Engine | null = null;
  /** What was said before its engine was at work; null: it is. */
  private early: Extract<ToThread, { type: 'post' }>[] | null = [];
  private trouble: string | null = null;
  private looking: NodeJS.Timeout | null = null;
  /** Main's ticks when it was asked for a sign of life last. */
  private askedAt = -1;

  constructor(
    private readonly seed: ThreadSeed,
    private readonly tell: (message: FromThread) => void,
  ) {
    const line =
      (level: keyof Log): Log['log'] =>
      (message, fields) =>
        tell({ type: 'log', level, message, ...(fields && { fields }) });
    this.log = { error: line('error'), warn: line('warn'), log: line('log'), debug: line('debug') };
    this.shared = new SharedState(seed.shared);
    const monotonic = () => this.clock.monotonic();
    this.watch = new MainWatch(this.shared, monotonic);
    this.offers = new Offers(this.shared, (run) => {
      // It may have ended before it was known to have begun.
      if (this.engine?.holds(run)) this.overdue.started(run, monotonic());
    });
    const vitals = () => this.vitals();
    this.node = {
      ...seed.node,
      get vitals() {
        return vitals();
      },
    };
    this.blocked = new BlockedMain(this.watch, this.shared, this.clock, {
      changed: (blocked) => {
        this.block = blocked;
        this.engine?.beat();
      },
      ended: (block) => this.tell({ type: 'tell', message: block }),
      log: this.log,
      nodeId: seed.node.id,
    });
  }

  /** Makes the node known, if no engine has before. */
  async open(): Promise<void> {
    this.look();
    try {
      const store = await this.openStore();
      if (this.seed.holding === null) await store.roster.register();
      this.engine = this.makeEngine(store);
      this.tell({ type: 'registered' });
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      this.tell({ type: 'failed', reason });
    }
  }

  hear(message: ToThread): void {
    switch (message.type) {
      case 'start':
        return this.start();
      case 'post':
        if (this.early) this.early.push(message);
        else this.post(message.message, message.seen);
        return;
      case 'advertise':
        Object.assign(this.node, message.advertised);
        return;
      case 'retire':
      case 'close':
        return void this.end(message.type);
    }
  }

  private vitals(): NodeVitals {
    const stillMs = Math.round(this.watch.standsStillMs);
    // Main shows itself that rarely while it has nothing to take.
    const loopLagMs = Math.max(this.shared.takeLag(), stillMs > 2 * SLOW_MS ? stillMs : 0);
    return { loopLagMs, blocked: this.block };
  }

  private openStore(): Promise<EngineStore> {
    const { clock, log, node, seed } = this;
    const around = { clock, log, node, shift: new ClockShift(), connections: new Connections() };
    return openStore(seed.store, seed.intercept, around);
  }

  private makeEngine(store: EngineStore): Engine {
    const preciseClock = new SystemClock(waitOut);
    const options = { ...this.seed.engine, canTake: () => this.canTake(), preciseClock };
    return new Engine(options, store, this.clock, this.log, (message) => this.pass(message));
  }

  private start(): void {
    const { holding } = this.seed;
    if (holding) {
      const now = this.clock.monotonic();
      for (const run of holding.working) this.overdue.started(run, now);
      this.engine?.resume([...holding.working, ...holding.outcomes]);
    }
    this.engine?.start();
    for (const outcome of holding?.outcomes ?? []) this.engine?.post({ type: 'outcome', outcome });
    for (const claim of holding?.returned ?? []) this.engine?.post({ type: 'returned', claim });
    const early = this.early ?? [];
    this.early = null;
    for (const { message, seen } of early) this.post(message, seen);
  }

  /** What the engine tells the runner. */
  private pass(message: ToRunner): void {
    if (message.type !== 'claimed') return this.tell({ type: 'tell', message });
    if (message.runs.length === 0) return;
    this.tell({ type: 'offers', offers: this.offers.make(message.runs, sharedNow()) });
    // From now on what is not taken is to be taken back.
    this.look();
  }

  /** What the runner tells the engine. */
  private post(message: ToEngine, seen: number): void {
    const { engine } = this;
    switch (message.type) {
      case 'slots':
        return engine?.post({ type: 'slots', ...this.offers.count(message, seen) });
      case 'outcome': {
        const { runId, attempt } = message.outcome;
        const counts = this.overdue.ended(message.outcome);
        return engine?.post(counts ? message : { type: 'returned', claim: { runId, attempt } });
      }
      case 'untaken':
        for (const claim of message.claims) this.overdue.ended(claim);
        return engine?.post(message);
      case 'returned':
        this.overdue.ended(message.claim);
        return engine?.post(message);
      default:
        return engine?.post(message);
    }
  }

  /** Asks main once for a sign of life where there was none lately. */
  private canTake(): boolean {
    if (this.watch.isAwake) return true;
    const { mainTicks } = this.shared;
    if (this.askedAt !== mainTicks) this.tell({ type: 'pulse' });
    this.askedAt = mainTicks;
    return false;
  }

  private look(): void {
    if (this.looking) clearTimeout(this.looking);
    this.shared.tickEngine();
    const now = this.clock.monotonic();
    const claims = this.offers.areOpen ? this.offers.takeBack(sharedNow()) : [];
    if (claims.length > 0) this.engine?.post({ type: 'untaken', claims });
    if (this.watch.standsStillMs >= BLOCKED_MS) this.endOverdue(now);
    this.blocked.look();
    this.tellTrouble();
    this.looking = setTimeout(() => this.look(), this.offers.areOpen ? LOOK_MS : IDLE_LOOK_MS);
  }

  private endOverdue(now: number): void {
    for (const run of this.overdue.overrule(now)) {
      const claim = { runId: run.runId, attempt: run.attempt };
      this.tell({ type: 'tell', message: { type: 'timed-out', claim } });
      this.engine?.post({ type: 'outcome', outcome: timedOutHere(run) });
    }
  }

  private tellTrouble(): void {
    const trouble = this.engine?.trouble() ?? null;
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.tell({ type: 'trouble', trouble });
  }

  private async end(what: 'retire' | 'close'): Promise<void> {
    await this.engine?.[what]();
    if (what === 'close' && this.looking) clearTimeout(this.looking);
    this.tell({ type: 'done', what });
  }
}
