interface Entry {
  readonly at: number;
  readonly order: number;
  action: (() => void) | null;
}

/**
 * Simulated time: what is to happen, in order. Nothing passes but what stands here, so a thousand
 * seconds take as long as the work that is done in them.
 */
export class Timeline {
  /** In milliseconds since the start. */
  now = 0;
  private readonly heap: Entry[] = [];
  private order = 0;

  /** @returns what takes it back */
  after(ms: number, action: () => void): () => void {
    const entry: Entry = { at: this.now + Math.max(0, ms), order: this.order++, action };
    this.push(entry);
    return () => {
      entry.action = null;
    };
  }

  /** Lets time pass. After each event all that follows from it is done before the next begins. */
  async run(untilMs: number): Promise<void> {
    for (let top = this.heap[0]; top !== undefined && top.at <= untilMs; top = this.heap[0]) {
      this.pop();
      if (top.action === null) continue;
      this.now = top.at;
      top.action();
      await settled();
    }
    this.now = untilMs;
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const least = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
      if (!isBefore(heap[least]!, last)) break;
      heap[i] = heap[least]!;
      i = least;
    }
    heap[i] = last;
  }
}

const isBefore = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A macrotask comes after every promise job, however many of them there are in a chain. */
const settled = () => new Promise<void>((done) => void setImmediate(done));
