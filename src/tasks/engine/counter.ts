import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { RunSums } from '../store/run-sums.js';
import { LeaderDuty, type Lead } from './leader-duty.js';

/** How often it looks when there was nothing left to count. */
const EVERY_MS = 10_000;

/** How often the last hours are compared with the ledger. */
const CHECK_MS = 60_000;

/** After a step it rests for so many times as long as that took, within bounds in milliseconds. */
interface Rest {
  readonly times: number;
  readonly least: number;
  readonly most: number;
}

/** There is something to count, and it comes as fast as runs end. */
const BRISK: Rest = { times: 2, least: 20, most: 2_000 };

/** It only compares: a month of a busy ledger does not fit into the server's memory, and has time. */
const CALM: Rest = { times: 10, least: 100, most: 2_000 };

/** After judging some jobs of all of which something was known before. */
const JUDGE_MS = 2_000;

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
 * Each step is a few short statements that lock only the sums, and it rests for longer than it works, most of
 * all when it only compares.
 *
 * In the end it judges all jobs that have runs. Of most of them all is known, as each was judged when it was
 * counted; only what a leader that died in between has left is mended, and that has time.
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
    const next = await this.step(fencingToken);
    if (typeof next === 'number') return next;
    const tookMs = this.clock.monotonic() - began;
    return Math.min(next.most, Math.max(next.least, next.times * tookMs));
  }

  /** In how many ms it is to go on, or how it is to rest from what it did. */
  private async step(token: number): Promise<number | Rest> {
    const now = await this.sums.count(token);
    if (now === null) return EVERY_MS;
    if (now.more) return BRISK;
    if (this.left > 0) {
      this.hour ??= now.hour;
      return this.back(token, this.hour);
    }
    if (this.judged !== null) {
      const { last, news } = await this.sums.judge(token, this.judged);
      this.judged = last;
      return news ? BRISK : JUDGE_MS;
    }
    this.again(now.hour);
    return EVERY_MS;
  }

  private async back(token: number, hour: Date): Promise<Rest> {
    const counted = await this.sums.count(token, hour);
    if (counted === null || counted.more) return BRISK;
    // What is too much to be made anew at once is counted again from its beginning.
    if (await this.sums.recount(token, hour)) return BRISK;
    this.hour = counted.before;
    this.left = counted.before === null ? 0 : this.left - 1;
    if (this.left === 0) this.checkedAt = this.clock.monotonic();
    return CALM;
  }

  /** Begins anew, once it is time. */
  private again(hour: Date): void {
    if (this.clock.monotonic() - this.checkedAt < CHECK_MS) return;
    const isNewHour = this.dayOf !== hour.getTime();
    this.dayOf = hour.getTime();
    this.hour = null;
    this.left = isNewHour ? A_DAY : LATELY;
    if (isNewHour) this.judged = '';
  }
}
