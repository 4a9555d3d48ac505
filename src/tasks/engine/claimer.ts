import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { within } from '../domain/within.js';
import { MAX_CLAIMED, type Claimed, type ClaimedRun } from '../store/run-queue.js';
import { ClaimDoubts } from './claim-doubts.js';
import type { ClaimQueue } from './counted-ports.js';
import type { HeldClaims } from './held-claims.js';
import { Loop } from './loop.js';
import { SlotLoan, type SlotLender } from './slot-loan.js';
import { isMore, without, type TaskLimits } from './task-limits.js';

export interface ClaimerOptions {
  readonly tasks: readonly string[];
  /** How often to look although nothing was heard. */
  readonly pollMs: number;
  readonly deadAfterMs: number;
  /** Whether runs that are claimed now would be started at once. Default: they would. */
  readonly canTake?: () => boolean;
}

/** A claim that somebody holds cannot be given back now; it is tried again so soon. */
const HELD_MS = 250;
/** Whoever starts runs is busy: it is looked again so soon. */
const BUSY_MS = 5;
/** For no longer than this once the node stops, in ms. */
const LAST_TRIES_MS = 2_000;

const NOTHING: Claimed = { runs: [], nextInMs: null };

/**
 * Takes pending runs for this node, never more than it has free slots. It sleeps until it is woken,
 * until the next run that it knows of may start, or until it is time to look anyway.
 *
 * What can go wrong, and why it does not:
 *
 * - The answer of a claim is lost: the ledger has runs in this node's name that it does not know of.
 *   Before the next claim it asks for them and gives them back (claim-doubts.ts). A claim may even reach the
 *   database after that question; then a heartbeat's answer tells of it, and the ledger is asked again.
 * - Such a run cannot be given back now. It is tried again; a node that stops tries for a while, as nobody
 *   would after it.
 * - The process froze between the claim and its answer, for so long that the runs may have been
 *   settled. They are not started but given back, which touches only what is still this node's.
 * - A run ends and another of its task begins while a claim is on its way. The limits that it was
 *   asked with are of before: what it takes is counted off them until the runner tells new ones.
 */
export class Claimer implements SlotLender {
  private readonly loop: Loop;
  private free = 0;
  private limits: TaskLimits = {};
  /** How many slots were given so far: whose turn it is when there are more runs than slots. */
  private turns = 0;
  /** There may be runs that could start and that the last claim has not found. */
  private mayFind = true;
  private readonly doubts: ClaimDoubts;
  private loan: SlotLoan | null = null;
  private isStarted = false;
  private stopping = false;
  private draining = false;
  private tasks: readonly string[];
  private switchedOff: readonly string[] = [];

  constructor(
    private readonly queue: ClaimQueue,
    private readonly held: HeldClaims,
    private readonly options: ClaimerOptions,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly claimed: (runs: readonly ClaimedRun[]) => void,
  ) {
    this.tasks = options.tasks;
    this.doubts = new ClaimDoubts(queue, held, log);
    this.loop = new Loop('claimer', clock, log, () => this.turn());
  }

  /** Why its work has not been done for longer than `ms`; null: it has. */
  failingFor(ms: number): string | null {
    return this.loop.failingFor(ms);
  }

  start(): void {
    this.isStarted = true;
    this.loop.start();
  }

  wake(): void {
    this.mayFind = true;
    this.loop.wake();
  }

  prepare(): void {
    if (this.isStarted) this.options.canTake?.();
  }

  lend(): SlotLoan | null {
    const isSure = !this.doubts.isRaised && !this.doubts.isAsking;
    const isFree = this.isStarted && !this.stopping && !this.draining && this.loan === null;
    if (!isSure || !isFree || this.mayFind) return null;
    const slots = Math.ceil(this.free / 2);
    if (slots <= 0 || this.options.canTake?.() === false) return null;
    const askedAt = this.clock.monotonic();
    const tasks = new Set(this.tasks.filter((task) => !this.switchedOff.includes(task)));
    const end = (runs: readonly ClaimedRun[] | null) => this.ended(runs, askedAt);
    this.loan = new SlotLoan(slots, tasks, this.limits, end);
    return this.loan;
  }

  /** @param free how many runs this node could start now */
  setFree(free: number, limits: TaskLimits = {}): void {
    const before = this.limits;
    const more = free > this.free || isMore(limits, before);
    this.free = free;
    this.limits = limits;
    if (more && (this.mayFind || isMore(limits, before))) this.loop.wake();
  }

  /** The ledger may have runs in this node's name that it does not hold: they are given back. */
  doubt(): void {
    this.doubts.raise();
    this.loop.wake();
    if (this.stopping) void this.giveBackUnknown().catch(() => undefined);
  }

  /** @param draining whether somebody wants this node to take no more runs */
  setDraining(draining: boolean): void {
    if (draining === this.draining) return;
    this.draining = draining;
    this.log.warn(
      draining
        ? 'This node was asked to drain: it takes no more runs, and those that it has keep running.'
        : 'This node takes runs again.',
      { event: draining ? 'node.draining' : 'node.undrained' },
    );
    if (!draining) this.wake();
  }

  /** This node knows more tasks than at its start. */
  setTasks(tasks: readonly string[]): void {
    this.tasks = tasks;
    this.wake();
  }

  /**
   * What is disabled here, and by all other nodes too: nothing fires it, but somebody may ask for a run.
   */
  setSwitchedOff(tasks: readonly string[]): void {
    const more = tasks.some((task) => !this.switchedOff.includes(task));
    this.switchedOff = tasks;
    if (more) this.wake();
  }

  /**
   * Resolves when no claim is on its way, and none is left that was not started; with a database that
   * does not answer, or where somebody holds one, after a while.
   */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop.stop();
    if (this.loan) await within(this.clock, LAST_TRIES_MS, this.loan.over);
    const triesUntil = this.clock.monotonic() + LAST_TRIES_MS;
    while (this.doubts.isRaised && this.clock.monotonic() < triesUntil) {
      await this.giveBackUnknown().catch(() => undefined);
      if (this.doubts.isRaised) await this.clock.sleep(HELD_MS);
    }
  }

  private async turn(): Promise<number> {
    if (this.doubts.isRaised) await this.giveBackUnknown();
    const pollMs = this.doubts.isRaised ? HELD_MS : this.options.pollMs;
    const slots = Math.min(this.free - (this.loan?.slots ?? 0), MAX_CLAIMED);
    if (slots <= 0) this.mayFind = true;
    if (slots <= 0 || this.known().length === 0 || this.draining) return pollMs;
    if (this.options.canTake?.() === false) return BUSY_MS;
    const { runs, nextInMs } = await this.claim(slots);
    const restMs = Math.min(pollMs, Math.ceil(nextInMs ?? pollMs));
    if (runs.length === 0) return restMs;
    const own = runs.filter((run) => this.isOwn(run));
    this.take(own);
    if (own.length < runs.length) {
      this.switchedOff = [];
      this.doubts.raise();
      return 0;
    }
    return runs.length === slots ? 0 : restMs;
  }

  private async claim(slots: number): Promise<Claimed> {
    const askedAt = this.clock.monotonic();
    this.mayFind = false;
    const claimed = await this.doubts.until(() =>
      this.queue.claim(this.known(), slots, this.limits, this.turns),
    );
    this.turns += claimed.runs.length;
    this.mayFind ||= claimed.runs.length === slots;
    const late = this.clock.monotonic() - askedAt > this.options.deadAfterMs / 2;
    if (!late && !this.stopping && !this.draining) return claimed;
    if (claimed.runs.length > 0) this.doubts.raise();
    if (this.doubts.isRaised) await this.giveBackUnknown();
    return NOTHING;
  }

  /** A fire has claimed what it could of the slots that were lent. */
  private ended(runs: readonly ClaimedRun[] | null, askedAt: number): void {
    this.loan = null;
    const late = this.clock.monotonic() - askedAt > this.options.deadAfterMs / 2;
    if (runs !== null && !late && !this.stopping && !this.draining) return this.take(runs);
    if (runs === null || runs.length > 0) this.doubt();
  }

  private take(runs: readonly ClaimedRun[]): void {
    for (const run of runs) this.held.add(run);
    this.free -= runs.length;
    this.limits = without(this.limits, runs);
    this.claimed(runs);
  }

  private known(): readonly string[] {
    return this.switchedOff.length === 0 ? this.tasks : [...this.tasks, ...this.switchedOff];
  }

  /** What was off until a moment ago may be fired for another node, which is to run it. */
  private isOwn({ task, cause }: ClaimedRun): boolean {
    return cause !== 'fired' || !this.switchedOff.includes(task);
  }

  private giveBackUnknown(): Promise<void> {
    return this.doubts.resolve(this.loan?.over);
  }
}
