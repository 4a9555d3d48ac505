import type { Trigger } from './trigger.js';

/**
 * Every `periodMs` on a fixed grid that starts at `anchor`. A restart does not shift it, and any
 * gap is crossed in one step.
 */
export class IntervalTrigger implements Trigger {
  constructor(
    private readonly periodMs: number,
    private readonly anchor: Date,
  ) {}

  next(after: Date): Date | null {
    const steps = Math.floor((after.getTime() - this.anchor.getTime()) / this.periodMs) + 1;
    return this.at(Math.max(steps, 0));
  }

  previous(before: Date): Date | null {
    const steps = Math.ceil((before.getTime() - this.anchor.getTime()) / this.periodMs) - 1;
    return steps < 0 ? null : this.at(steps);
  }

  private at(steps: number): Date | null {
    const at = new Date(this.anchor.getTime() + steps * this.periodMs);
    return Number.isNaN(at.getTime()) ? null : at;
  }
}
