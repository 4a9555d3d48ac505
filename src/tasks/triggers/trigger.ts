/**
 * The rule that says *when*. Pure: it knows no clock, so the same question always has the same
 * answer, on every node.
 */
export interface Trigger {
  /** The first fire time strictly after `after`, or null when there is none. */
  next(after: Date): Date | null;

  /** The last fire time strictly before `before`, or null when there is none. */
  previous(before: Date): Date | null;

  /**
   * How many fire times there are from `from` to `to`, both included; `most` if there are as many
   * or more. Only triggers that can tell without walking through them have it.
   */
  count?(from: Date, to: Date, most: number): number;
}
