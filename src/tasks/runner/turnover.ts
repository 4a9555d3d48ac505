/** Of how long a while the ends of runs are counted, in ms. */
const WHILE_MS = 30;

/** So long after the last end nothing is claimed ahead any more, in ms. */
export const LAPSES_MS = 2 * WHILE_MS;

/**
 * How many runs this node will be free for within a moment, by how many have ended in the last one.
 *
 * A slot that is free only when the next claim is made stands empty until that one has its answer, and with handlers
 * that take no time a node does little else but wait. So runs are claimed ahead of their slots, but only as many as
 * have ended lately beyond one for each slot: where runs take longer than that nothing is claimed ahead, and no run
 * waits here for a slot while another node has one.
 */
export class Turnover {
  private from = -Infinity;
  private ended = 0;
  private before = 0;

  constructor(private readonly slots: number) {}

  /** @param now on a steady clock, in ms */
  end(now: number): void {
    this.look(now);
    this.ended++;
  }

  /** How many may be claimed for slots that are not free yet. */
  ahead(now: number): number {
    this.look(now);
    return Math.max(0, Math.max(this.ended, this.before) - this.slots);
  }

  private look(now: number): void {
    const passed = now - this.from;
    if (passed < WHILE_MS) return;
    this.before = passed < LAPSES_MS ? this.ended : 0;
    this.ended = 0;
    this.from = now;
  }
}
