/** What is known of a node's last sign of life. */
export interface Sign {
  /** Changes with each. */
  readonly sign: string | null;
  /** How long ago it was by the database's clock, in ms. */
  readonly silentMs: number;
}

/**
 * For how long others have been silent, by this process's own steady clock.
 *
 * The database's clock may be set, and then everybody looks silent at once. So its word counts for what
 * came before this process looked for the first time, and never for the last two heartbeats: whoever
 * lives has given a sign in these.
 */
export class Silence {
  private readonly seen = new Map<
    string,
    { readonly sign: string | null; readonly since: number }
  >();

  constructor(
    private readonly deadAfterMs: number,
    private readonly heartbeatMs: number,
  ) {}

  /** @param now of the steady clock, in ms */
  isDead(node: string, { sign, silentMs }: Sign, now: number): boolean {
    const before = this.seen.get(node);
    if (before?.sign === sign) return now - before.since >= this.deadAfterMs;
    const most = Math.max(0, this.deadAfterMs - 2 * this.heartbeatMs);
    this.seen.set(node, { sign, since: now - (before ? 0 : Math.min(silentMs, most)) });
    return false;
  }

  /** Forgets all but these. */
  keep(nodes: ReadonlySet<string>): void {
    for (const node of this.seen.keys()) if (!nodes.has(node)) this.seen.delete(node);
  }
}
