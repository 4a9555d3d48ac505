import type { ClockPolicy } from '../time/clock-policy.js';
import type { WallPattern } from './wall-pattern.js';

/** A pattern that was read: the wall times that it names, and how it takes clock changes. */
export interface CronPattern {
  readonly wall: WallPattern;
  /** What holds where the spec says nothing. */
  readonly policy: ClockPolicy;
}
