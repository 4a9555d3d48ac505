import type { Trigger } from './trigger.js';

/** One instant. */
export class DateTrigger implements Trigger {
  constructor(private readonly at: Date) {}

  next(after: Date): Date | null {
    return after < this.at ? this.at : null;
  }

  previous(before: Date): Date | null {
    return before > this.at ? this.at : null;
  }
}
