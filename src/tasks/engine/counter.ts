import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { RunSums } from '../store/run-sums.js';
import { LeaderDuty, type Lead } from './leader-duty.js';

/** How often it looks when there was nothing left to count. */
const EVERY_MS = 5_000;

/** How often the last hours are compared with the ledger. */
const CHECK_MS = 60_000;

/** After a step it rests for so many times as long as that took, within bounds in milliseconds. */
const REST = { times: 2, least: 20, most: 2_000 };

/** How far back it goes: at the beginning of a term, once an hour, and once a minute. */
const ALL = Infinity;
const A_DAY = 25;
const LATELY = 2;

/**
 * Leader only: counts what has ended into the sums of its hour, step by step.
 *
 * What is new comes first in every step. Behind that it goes back hour by hour, counts what is not
 * counted yet, and compares the sums with the ledger: through all hours when its term begins, as nobody
 * knows what the leader before it left, and later through those in which a late outcome may have come.
 * Each step is a few short statements that lock only the sums, and it rests for longer than it works.
 */
export class Counter extends LeaderDuty {
  /** The hour to look at next on the way back; null: the way has not begun. */
  private hour: Date | null = null;
  /** So many hours are left of the way back. */
  private left = ALL;
  /** The job from which to go on judging; null: all are judged. */
  private judged: string | null = '';
  private checkedAt = 0;
  private dayOf: number | null = null;

  constructor(
    private readonly sums: RunSums,
    lead: Lead,
    clock: Clock,
    log: Log,
  ) {
    super('counting of runs', lead, clock, log);
  }

  protected override begin(): void {
    this.hour = null;
    this.left = ALL;
    this.judged = '';
  }

  protected async work(fencingToken: number): Promise<number> {
    const began = this.clock.monotonic();
    const isDone = await this.step(fencingToken);
    if (isDone) return EVERY_MS;
    const tookMs = this.clock.monotonic() - began;
    return Math.min(REST.most, Math.max(REST.least, REST.times * tookMs));
  }

  /** True: there is nothing left to do for now. */
  private async step(token: number): Promise<boolean> {
    const now = await this.sums.count(token);
    if (now === null) return true;
    if (now.more) return false;
    if (this.left > 0) {
      this.hour ??= now.hour;
      return this.back(token, this.hour);
    }
    if (this.judged !== null) {
      this.judged = await this.sums.judge(token, this.judged);
      return false;
    }
    return this.rested(now.hour);
  }

  private async back(token: number, hour: Date): Promise<false> {
    const counted = await this.sums.count(token, hour);
    if (counted === null || counted.more) return false;
    // What is too much to be made anew at once is counted again from its beginning.
    if (await this.sums.recount(token, hour)) return false;
    this.hour = counted.before;
    this.left = counted.before === null ? 0 : this.left - 1;
    if (this.left === 0) this.checkedAt = this.clock.monotonic();
    return false;
  }

  private rested(hour: Date): boolean {
    if (this.clock.monotonic() - this.checkedAt < CHECK_MS) return true;
    const isNewHour = this.dayOf !== hour.getTime();
    this.dayOf = hour.getTime();
    this.hour = null;
    this.left = isNewHour ? A_DAY : LATELY;
    if (isNewHour) this.judged = '';
    return true;
  }
}
