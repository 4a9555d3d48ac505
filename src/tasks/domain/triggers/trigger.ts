/**
 * The rule that says *when*. Pure: it knows no clock, so the same question always has the same
 * answer, on every node.
 */
export interface Trigger {
  /** The first fire time strictly after `after`, or null when there is none. */
  next(after: Date): Date | null;

  /** The last fire time strictly before `before`, or null when there is none. */
  previous(before: Date): Date | null;
}
