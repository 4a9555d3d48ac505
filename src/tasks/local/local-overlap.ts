import type { Overlap } from '../domain/job.js';

/** What a fire meets. */
export interface Situation {
  readonly overlap: Overlap;
  readonly maxInstances: number;
  readonly bufferLimit: number;
  /** Runs that go on. */
  readonly live: number;
  /** Runs that wait for their turn. */
  readonly waiting: number;
}

/** What becomes of a fire while others of its job go on. */
export function overlapDecision({
  overlap,
  maxInstances,
  bufferLimit,
  live,
  waiting,
}: Situation): 'start' | 'cancel-and-start' | 'wait' | 'skip' {
  if (overlap === 'allow' || live < maxInstances) return 'start';
  switch (overlap) {
    case 'cancel-previous':
      return 'cancel-and-start';
    case 'buffer-one':
      return waiting < 1 ? 'wait' : 'skip';
    case 'buffer-all':
      return waiting < bufferLimit ? 'wait' : 'skip';
    case 'skip':
      return 'skip';
  }
}
