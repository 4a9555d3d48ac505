/** So many are remembered; the oldest is forgotten first, and then told of again. */
const MAX_REMEMBERED = 1_000;

/** What has been told already, so that it is told once. A process may live for months. */
export class ToldOnce {
  private readonly keys = new Set<string>();

  /** Whether it is new, and to be told now. */
  isNew(key: string): boolean {
    if (this.keys.has(key)) return false;
    if (this.keys.size >= MAX_REMEMBERED) {
      const [oldest] = this.keys;
      this.keys.delete(oldest!);
    }
    this.keys.add(key);
    return true;
  }
}
