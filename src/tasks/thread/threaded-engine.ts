import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { ToEngine, ToRunner } from '../engine/messages.js';
import type { EngineHandle } from './engine-handle.js';
import { EngineWorker } from './engine-worker.js';
import { MainPulse } from './main-pulse.js';
import type { Advertised, EngineSeed, FromThread, Holding, ToThread } from './messages.js';
import type { Offer } from './offers.js';
import { SharedState } from './shared-state.js';
import { MAX_AHEAD, slotsBehind } from './slots-behind.js';
import { Taker, type Starter } from './taker.js';

/** What an engine's thread has of the main thread. */
export interface ThreadedEngineParts {
  readonly seed: Omit<EngineSeed, 'holding'>;
  /** How many runs the node works on at once. */
  readonly concurrency: number;
  /** The module that a thread runs. */
  readonly entry: URL;
  /** Whether a debugger may be at the main thread: then it is not halted to be asked what it does. */
  readonly isDebugged: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly hear: (message: ToRunner) => void;
  readonly runner: Starter;
  /** What the runner has, for a thread that takes over from one that died. */
  readonly holding: () => Holding;
  /** The runner tells of its slots anew. */
  readonly tellSlots: () => void;
}

/** After a thread has died, how long until the next one; doubled each time up to the longest. In ms. */
const FIRST_AGAIN_MS = 100;
const MAX_AGAIN_MS = 5_000;

/** One that has lived for so long has not died of its start. In ms. */
const SETTLED_MS = 30_000;

interface Thread {
  readonly worker: EngineWorker;
  readonly taker: Taker;
  readonly startedAt: number;
}

/**
 * The engine in a thread, as the main thread has it: passes on what the two tell each other, and starts another thread
 * when one has died.
 *
 * What can go wrong, and why it does not matter:
 *
 * - A thread dies with claims that main has taken. Their handlers go on here; the next thread is told of them, and of
 *   the outcomes that the ledger has not answered for, and holds them as its own. It gives back what the ledger says
 *   this node has and nobody here does: what was offered and not taken.
 * - Something of the dead thread is still to be read. What was offered before its end was heard of is taken, and so is
 *   among what the next one is told of; after that nothing of it counts.
 * - What it had to write of lines and progress is lost with it. What the ledger has not answered for is said again.
 * - It dies while the node stops. The next one is told to stop as well, once it has written what the other has left.
 * - It dies again and again. Between two of them there is ever more time, and health says why nothing is fired here.
 */
export class ThreadedEngine implements EngineHandle {
  readonly watchesMain = true;
  private thread: Thread | null = null;
  private readonly pulse: MainPulse;
  private opening: { resolve: () => void; reject: (error: Error) => void } | null = null;
  private readonly waiting = new Map<'retire' | 'close', () => void>();
  private isStarted = false;
  private isOver = false;
  private told: string | null = null;
  private death: string | null = null;
  private againMs = FIRST_AGAIN_MS;
  private advertised: Advertised | null = null;
  /** What each engine must be told that takes over, by its type. */
  private readonly standing = new Map<ToEngine['type'], ToEngine>();

  constructor(private readonly parts: ThreadedEngineParts) {
    this.pulse = new MainPulse(parts, (reason) => this.kill(reason));
  }

  open(): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.opening = { resolve, reject };
    });
    this.begin(null);
    return opened;
  }

  start(): void {
    this.isStarted = true;
    if (this.thread || this.isOver) return this.send({ type: 'start' });
    this.death = 'it ended before it was at work';
    this.begin(this.parts.holding());
  }

  post(message: ToEngine): void {
    if (message.type === 'listen' || message.type === 'tasks')
      this.standing.set(message.type, message);
    const { thread } = this;
    if (!thread) return;
    const { taker } = thread;
    if (message.type === 'slots') {
      taker.next();
      message = slotsBehind(message, taker.waiting);
    }
    thread.worker.tell({ type: 'post', message, seen: taker.seen });
  }

  advertise(advertised: Advertised): void {
    this.advertised = advertised;
    this.send({ type: 'advertise', advertised });
  }

  trouble(): string | null {
    if (this.death !== null)
      return `the engine's thread has died and is started anew: ${this.death}`;
    return this.pulse.trouble() ?? this.told;
  }

  retire(): Promise<void> {
    const taker = this.thread?.taker;
    if (taker) this.decline(taker, taker.waiting);
    return this.ask('retire');
  }

  async close(): Promise<void> {
    // One that never was at work has no good-bye to say: its node tries again under the same name.
    if (this.isStarted) await this.ask('close');
    this.drop();
  }

  drop(): void {
    this.isOver = true;
    this.opening?.reject(new Error('the node stops'));
    for (const answered of this.waiting.values()) answered();
    this.leave();
  }

  private begin(holding: Holding | null): void {
    const { parts } = this;
    const { seed, concurrency, entry, runner } = parts;
    const shared = SharedState.ofSize(concurrency + MAX_AHEAD);
    const taker = new Taker(shared, runner, () => parts.tellSlots());
    const worker = new EngineWorker(entry, { ...seed, holding }, shared, {
      heard: (message) => this.hear(message, taker),
      ended: (reason) => void this.died(reason),
    });
    this.thread = { worker, taker, startedAt: parts.clock.monotonic() };
    this.pulse.start(shared);
  }

  /** Nothing of this thread counts any more. */
  private leave(): void {
    this.pulse.stop();
    this.thread?.taker.end();
    this.thread?.worker.leave();
    this.thread = null;
  }

  private hear(message: FromThread, taker: Taker): void {
    const { log } = this.parts;
    switch (message.type) {
      case 'registered':
        return this.opened();
      case 'failed':
        return this.failed(message.reason);
      case 'pulse':
        return this.pulse.quicken();
      case 'offers':
        this.pulse.quicken();
        if (this.waiting.has('retire')) return this.decline(taker, message.offers);
        return taker.take(message.offers);
      case 'tell':
        return this.pass(message.message, taker);
      case 'log':
        return log[message.level](message.message, ...(message.fields ? [message.fields] : []));
      case 'trouble':
        this.told = message.trouble;
        return;
      case 'done':
        return this.waiting.get(message.what)?.();
    }
  }

  private decline(taker: Taker, offers: readonly Offer[]): void {
    const claims = taker.decline(offers);
    if (claims.length > 0) this.post({ type: 'untaken', claims });
  }

  private pass(message: ToRunner, taker: Taker): void {
    const { hear } = this.parts;
    if (message.type === 'abort') taker.about(message.claim, () => hear(message));
    else hear(message);
  }

  private opened(): void {
    this.opening?.resolve();
    this.opening = null;
    if (!this.isStarted) return;
    // It has taken over from one that died.
    this.death = null;
    if (this.advertised) this.advertise(this.advertised);
    this.send({ type: 'start' });
    for (const message of this.standing.values()) this.post(message);
    for (const what of this.waiting.keys()) this.send({ type: what });
    this.parts.tellSlots();
    this.parts.log.log("The engine's thread works again.", { event: 'engine.recovered' });
  }

  private failed(reason: string): void {
    if (!this.opening) return this.kill(reason);
    const { opening } = this;
    this.opening = null;
    this.drop();
    opening.reject(new Error(reason));
  }

  private kill(reason: string): void {
    if (this.thread && !this.isOver) void this.died(reason);
  }

  private async died(reason: string): Promise<void> {
    const { clock, log, hear, holding } = this.parts;
    const lived = clock.monotonic() - (this.thread?.startedAt ?? 0);
    this.leave();
    if (this.opening || !this.isStarted) return this.failed(reason);
    this.death = reason;
    this.told = null;
    log.error(`The engine's thread has died and is started anew: ${reason}`, {
      event: 'engine.died',
      reason,
    });
    hear({ type: 'leads', leads: false });
    if (this.isOver) return;
    if (lived > SETTLED_MS) this.againMs = FIRST_AGAIN_MS;
    await clock.sleep(this.againMs);
    this.againMs = Math.min(this.againMs * 2, MAX_AGAIN_MS);
    if (!this.isOver) this.begin(holding());
  }

  /** One that dies before it has answered leaves that to the next: it has the last outcomes to write. */
  private ask(what: 'retire' | 'close'): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.set(what, resolve);
      this.send({ type: what });
    });
  }

  private send(message: ToThread): void {
    this.thread?.worker.tell(message);
  }
}
