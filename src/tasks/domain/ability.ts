/**
 * Whether something that must work keeps working: it is tried again and again, and each try ends well, ends
 * badly, or does not end at all. By a steady clock, in ms.
 */
export class Ability {
  /** Since when no try has ended well, though there were some; null: the last one did. */
  private since: number | null = null;
  private reason = 'it gives no answer';

  /** @param patienceMs for how long it may fail */
  constructor(private readonly patienceMs: number) {}

  tries(now: number): void {
    this.since ??= now;
  }

  works(): void {
    this.since = null;
    this.reason = 'it gives no answer';
  }

  fails(error: unknown): void {
    this.reason = error instanceof Error ? error.message || error.name : String(error);
  }

  /** Why it has not worked for so long; null: it has, or is not tried. */
  unable(now: number, patienceMs = this.patienceMs): string | null {
    return this.since !== null && now - this.since >= patienceMs ? this.reason : null;
  }

  /** How long it may still fail; Infinity: it does not fail now. */
  leftMs(now: number): number {
    return this.since === null ? Infinity : Math.max(0, this.since + this.patienceMs - now);
  }

  /** Follows a try from its beginning to its end. */
  async follow<T>(now: number, attempt: Promise<T>): Promise<T> {
    this.tries(now);
    try {
      const answer = await attempt;
      this.works();
      return answer;
    } catch (error) {
      this.fails(error);
      throw error;
    }
  }
}
