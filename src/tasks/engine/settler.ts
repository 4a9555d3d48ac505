import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type {
  FireLedger,
  LostNode,
  NodeAtWork,
  Settled,
  SettledRun,
} from '../store/fire-ledger.js';
import type { Lead } from './leader-duty.js';
import { SilenceWatch, type SilenceOptions } from './silence-watch.js';

/** How often it looks while others have runs, in ms: settling is late by so much at most. */
const BUSY_MS = 1_000;

/** So many runs of a lost node are named in its line. */
const MAX_NAMED = 10;

/**
 * Leader only: ends the runs of nodes that have been silent for too long, or has them run again.
 *
 * What can go wrong, and why nobody who lives is settled:
 *
 * - The database's clock is set forward, and everybody looks silent. A node is given up only when this
 *   process has itself seen it silent, by its own steady clock (`domain/silence.ts`).
 * - Somebody's transaction holds rows of `nodes`, so that heartbeats wait. A node whose row is held is
 *   not judged, and is watched anew from then on.
 * - The database was away, or this process slept. What it has seen before counts for nothing then.
 * - This node's own signs of life do not get through. Then those of others may not either, and it
 *   judges none but those that have said good-bye.
 * - A sign comes between the look and the statement that settles. That statement looks again.
 */
export class Settler extends SilenceWatch {
  private lookedAt = -Infinity;
  /** Nodes that are lost, and were told of. */
  private lost: ReadonlySet<string> = new Set();
  /** Those that have no runs and are lost, and since when, by the steady clock. */
  private suspects: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly fires: FireLedger,
    lead: Lead,
    options: SilenceOptions,
    clock: Clock,
    log: Log,
  ) {
    super('settler', lead, options, clock, log);
  }

  protected override begin(): void {
    super.begin();
    this.suspects = new Map();
  }

  protected async work(token: number): Promise<number> {
    const nodes = await this.look();
    const dead = nodes.filter(({ isDead }) => isDead);
    if (dead.length > 0 && !(await this.settle(token, nodes))) return this.idleMs;
    return nodes.length > 0 ? Math.min(BUSY_MS, this.options.deadAfterMs / 10) : this.idleMs;
  }

  /** Those that have runs, but for this one. */
  private async look(): Promise<readonly (NodeAtWork & { readonly isDead: boolean })[]> {
    const now = this.clock.monotonic();
    const { heartbeatMs } = this.options;
    // It slept, or could not look: nobody is known to have been silent meanwhile.
    if (now - this.lookedAt > this.idleMs + 2 * heartbeatMs) this.begin();
    const { nodes, lost, ownSilenceMs } = await this.seen(this.fires.atWork());
    this.lookedAt = now;
    this.silence.keep(new Set(nodes.map(({ nodeId }) => nodeId)));
    const isHeard = ownSilenceMs <= 2.5 * heartbeatMs;
    if (isHeard) this.tellLost(lost, now);
    return nodes.map((node) => ({ ...node, isDead: this.isDead(node, now, isHeard) }));
  }

  private isDead(node: NodeAtWork, now: number, isHeard: boolean): boolean {
    if (node.isGone) return true;
    if (node.isHeld) {
      this.silence.forget(node.nodeId);
      return false;
    }
    // Always asked: it must know since when.
    return this.silence.isDead(node.nodeId, node, now) && isHeard;
  }

  private async settle(
    token: number,
    nodes: readonly (NodeAtWork & { readonly isDead: boolean })[],
  ): Promise<boolean> {
    const alive = nodes.filter(({ isDead }) => !isDead).map(({ nodeId }) => nodeId);
    const settled = await this.fires.settle(token, alive);
    if (settled === null) this.lead.wake();
    else this.tell(settled);
    return settled !== null;
  }

  /**
   * A line for each node that is lost and had no runs: nothing else would tell of it. It must be so for two heartbeats:
   * where the database's clock was set forward all look lost until their next sign of life.
   */
  private tellLost(found: readonly LostNode[], now: number): void {
    const since = new Map(found.map(({ nodeId }) => [nodeId, this.suspects.get(nodeId) ?? now]));
    const isSure = (nodeId: string) => now - since.get(nodeId)! >= 2 * this.options.heartbeatMs;
    const lost = found.filter(({ nodeId }) => isSure(nodeId) || this.lost.has(nodeId));
    this.suspects = since;
    for (const { nodeId, name } of lost.filter((node) => !this.lost.has(node.nodeId))) {
      const what = 'it gives no sign of life, and has no runs';
      this.log.warn(`Node ${name} (${nodeId}) is lost: ${what}.`, {
        event: 'node.lost',
        lostNodeId: nodeId,
        abandoned: 0,
        requeued: 0,
      });
    }
    this.lost = new Set(lost.map(({ nodeId }) => nodeId));
  }

  /** A line for each node that is lost, with its runs and their jobs. */
  private tell({ runs }: Settled): void {
    for (const [nodeId, own] of groupBy(runs)) {
      const abandoned = own.filter(({ state }) => state === 'abandoned');
      const requeued = own.filter(({ state }) => state === 'pending');
      const what = [named('abandoned', abandoned), named('requeued', requeued)].filter(Boolean);
      this.log.warn(`Node ${own[0]!.node} (${nodeId}) is lost: ${what.join('; ')}.`, {
        event: 'node.lost',
        lostNodeId: nodeId,
        abandoned: abandoned.length,
        requeued: requeued.length,
        runIds: own.map(({ runId }) => runId).join(' '),
      });
      this.lost = new Set([...this.lost, nodeId]);
    }
  }
}

function groupBy(runs: readonly SettledRun[]): ReadonlyMap<string, readonly SettledRun[]> {
  const byNode = new Map<string, SettledRun[]>();
  for (const run of runs) byNode.set(run.nodeId, [...(byNode.get(run.nodeId) ?? []), run]);
  return byNode;
}

/** How many, and the first of them; an empty text if there are none. */
function named(what: string, runs: readonly SettledRun[]): string {
  if (runs.length === 0) return '';
  const names = runs.slice(0, MAX_NAMED).map(({ jobId, runId }) => `${jobId} (run ${runId})`);
  const more = runs.length > MAX_NAMED ? ` and ${runs.length - MAX_NAMED} more` : '';
  return `${what} ${names.join(', ')}${more}`;
}
