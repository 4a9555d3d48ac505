/**
 * Long work for one answer, cut so that nothing else waits for the whole of it: a handler, a timer and other
 * requests have their turn in between.
 *
 * Of all answers together one slice is done in a round of the event loop, in the order in which they asked: twenty
 * long ones at once take twenty times as long, and hold up the loop no longer than one does.
 */
export class Slices {
  private done: number;

  /** @param size how much of it is done in one go, in whatever it is counted by: a few milliseconds */
  constructor(private readonly size: number) {
    // What comes first waits for its turn, too.
    this.done = size;
  }

  /** So much more is done. */
  async did(amount: number): Promise<void> {
    this.done += amount;
    if (this.done < this.size) return;
    this.done = 0;
    await turn();
  }
}

const waiting: (() => void)[] = [];

function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(giveTurn);
  });
}

function giveTurn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(giveTurn);
}
