/**
 * The one place that says what time it is. Every statement of ours, of the engine and of the API
 * alike, is made of these fragments and binds `$1`: how far the test kit has moved the clock.
 * Outside of tests that is zero, and the database's clock decides.
 *
 * Two clocks, and it matters which. `clock_timestamp()` is the time now: a statement that waited for
 * a row judges anew. `statement_timestamp()` stands still within a statement, and only what stands
 * still can be looked up in an index: a due scan with the other one reads the whole table.
 */
export const CLOCK = `(clock_timestamp() + $1::interval)`;

export const STATEMENT_CLOCK = `(statement_timestamp() + $1::interval)`;

/** The same in milliseconds, as exactly as the server has it: what becomes a date is cut to whole ones. */
export const EXACT_CLOCK = `extract(epoch FROM ${STATEMENT_CLOCK})::float8 * 1000`;

/** An instant that we write. Cast alone would round up, and what is made "now" would not be due. */
export const STAMP = `date_trunc('milliseconds', ${CLOCK})`;

/** A bound number of milliseconds as an interval. */
export const interval = (parameter: string) => `${parameter}::float8 * interval '1 millisecond'`;

/** How far the clock is moved. One for each store; tests move it, nobody else does. */
export class ClockShift {
  ms = 0;

  /** The value of `$1`. */
  get bound(): string {
    // Older servers refuse a large number of milliseconds.
    return `${Math.trunc(this.ms / 1_000)} seconds ${this.ms % 1_000} milliseconds`;
  }
}
