import { setImmediate } from 'node:timers/promises';

/**
 * Long work for one answer, cut so that nothing else waits for the whole of it: a fire, a heartbeat and
 * other requests have their turn in between.
 */
export class Slices {
  private done = 0;

  /** @param size how much of it is done in one go, in whatever it is counted by */
  constructor(private readonly size: number) {}

  /** So much more is done. */
  async did(amount: number): Promise<void> {
    this.done += amount;
    if (this.done < this.size) return;
    this.done = 0;
    await setImmediate();
  }
}
