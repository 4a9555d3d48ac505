/** Once the last sign of life is older than this share of dead-after, a claim or an outcome gives one. */
export const OLD_SIGN = 0.3;

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
 * came before this process looked for the first time, and never for the last two heartbeats nor for
 * the last half of what makes a node dead: whoever lives has given a sign in these.
 *
 * Where this process could not look, nobody is known to have been silent: after an outage of the database
 * all begin anew (`keep(new Set())`).
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
    const watched = Math.max(2 * this.heartbeatMs, this.deadAfterMs / 2);
    const most = Math.max(0, this.deadAfterMs - watched);
    this.seen.set(node, { sign, since: now - (before ? 0 : Math.min(silentMs, most)) });
    return false;
  }

  /** Its row could not be written just now, so neither could a sign of life of its. */
  forget(node: string): void {
    this.seen.delete(node);
  }

  /** Forgets all but these. */
  keep(nodes: ReadonlySet<string>): void {
    for (const node of this.seen.keys()) if (!nodes.has(node)) this.seen.delete(node);
  }
}
