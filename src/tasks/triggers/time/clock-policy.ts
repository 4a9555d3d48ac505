/**
 * What happens to wall times that a clock change leaves out (a gap, in spring) or shows twice (a
 * fold, in autumn).
 */

/** Of wall times in a gap: one fire time at the first instant after it, or none. */
export const GAP = ['next-valid', 'skip'] as const;
export type Gap = (typeof GAP)[number];

/** Of wall times in a fold: which of the two passes counts. */
export const FOLD = ['first', 'second', 'both'] as const;
export type Fold = (typeof FOLD)[number];

export interface ClockPolicy {
  readonly gap: Gap;
  readonly fold: Fold;
}

/** For what is to happen at a certain time of day: no clock change loses or doubles it. */
export const AT_FIXED_TIMES: ClockPolicy = { gap: 'next-valid', fold: 'first' };

/** For what is to happen again and again: as real time passes. */
export const AS_TIME_PASSES: ClockPolicy = { gap: 'skip', fold: 'both' };
