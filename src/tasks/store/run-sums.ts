/** What counting a part of an hour came to. */
export interface Counted {
  readonly hour: Date;
  /** There may be more of that hour to count. */
  readonly more: boolean;
  /** The hour before in which something ended; null: there is none. */
  readonly before: Date | null;
}

/** What judging some jobs came to. */
export interface Judged {
  /** The last of them, to go on from; null: all were judged. */
  readonly last: string | null;
  /** Of some of them nothing was known before. */
  readonly news: boolean;
}

/**
 * The sums of what has ended, hour by hour, and how each job fares: what pages read in place of the
 * ledger. The leader makes them from the ledger, under its token, in short statements: each adds some
 * runs to the sums of an hour and moves the mark up to which it is counted, both or neither.
 */
export abstract class RunSums {
  /**
   * Counts some of what ended in an hour and is not counted yet; of what comes next, judges its jobs as
   * well. Null: the token is not in force.
   *
   * @param hour its beginning. Default: the one that comes next after the last that is counted
   */
  abstract count(fencingToken: number, hour?: Date): Promise<Counted | null>;

  /**
   * Compares the sums of an hour with the ledger and makes them anew where they differ: an outcome was
   * committed long after its instant, or the clock was set back. True: they differed.
   */
  abstract recount(fencingToken: number, hour: Date): Promise<boolean>;

  /**
   * Judges some of the jobs that have runs anew, by their last ones.
   *
   * @param after the id from which to go on. Default: from the first on
   */
  abstract judge(fencingToken: number, after?: string): Promise<Judged>;
}
