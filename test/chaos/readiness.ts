import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../simulation/history.js';
import type { Violation } from '../simulation/invariants.js';
import { HEARTBEAT_MS, LEASE_MS, type Cluster, type Slot } from './cluster.js';
import { readFelt, slotOf, type Felt, type Span } from './felt.js';
import type { Inflicted } from './fault.js';
import { firesOf } from './liveness.js';
import { groupBy } from './group-by.js';
import type { Observer } from './observer.js';

const ASK_EVERY_MS = 250;
/** An answer that took longer tells of a moment that nobody knows. */
const PROMPT_MS = 400;

/** So long after a node's own trouble is over it may still have to find out what it missed. */
const AFTERMATH_MS = 2 * HEARTBEAT_MS + LEASE_MS;

/** Nothing was fired for so long, and a node still says that all is well: two turns of every loop. */
const SILENT_MS = LEASE_MS + 3_000;

interface Said {
  readonly node: string;
  readonly at: number;
}

/** Asks every node again and again whether it is ready. */
export class ReadinessWatch {
  /** When which node said that it was. */
  private readonly ready: Said[] = [];
  private readonly begunAt = Date.now();
  /** When the machine did not give this very process its turn. */
  readonly stalls: Span[] = [];

  constructor(private readonly cluster: Cluster) {}

  async watch(signal: AbortSignal): Promise<void> {
    const asking = new Set<Slot>();
    while (!signal.aborted) {
      const begun = Date.now();
      for (const slot of this.cluster.slots) {
        if (asking.has(slot)) continue;
        asking.add(slot);
        void this.ask(slot).finally(() => asking.delete(slot));
      }
      await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      const lateMs = Date.now() - begun - ASK_EVERY_MS;
      if (lateMs > 50) this.stalls.push({ from: begun + ASK_EVERY_MS, to: Date.now() });
    }
  }

  /** Nothing is said to be up that does not fire. */
  async judge(
    observer: Observer,
    history: History,
    timeline: readonly Inflicted[],
    pauses: readonly Span[],
  ): Promise<Violation[]> {
    const faults = await readFelt(observer, timeline);
    const fires = firesOf(history);
    const wrong = this.ready.flatMap((said) => {
      const since = Math.max(this.begunAt, silentSince(said, fires, faults, pauses));
      if (said.at - since <= SILENT_MS || isTroubled(said, faults)) return [];
      if (pauses.some(({ from, to }) => from <= said.at && said.at <= to)) return [];
      if (isHeld(said, timeline) && this.someSaidNot(said)) return [];
      return [{ said, since }];
    });
    return [...groupBy(wrong, ({ said, since }) => `${said.node} ${since}`).values()].map((all) => {
      const { said, since } = all.at(-1)!;
      const detail = `${said.node} said so until ${said.at - since} ms after ${new Date(since).toISOString()}`;
      return { invariant: 'nothing is ready that does not fire', detail, evidence: all };
    });
  }

  private someSaidNot({ at }: Said): boolean {
    const then = this.ready.filter((other) => Math.abs(other.at - at) < ASK_EVERY_MS);
    return new Set(then.map(({ node }) => slotOf(node))).size < this.cluster.slots.length;
  }

  private async ask({ node }: Slot): Promise<void> {
    const askedAt = Date.now();
    const reason = await node.ask({ do: 'status' }).catch(() => 'gone');
    const at = Date.now();
    if (reason === null && at - askedAt < PROMPT_MS) this.ready.push({ node: node.name, at });
  }
}

/** A host holds all plans: whoever leads finds nothing to fire and says so, the others are as well as ever. */
const isHeld = ({ at }: Said, timeline: readonly Inflicted[]) =>
  timeline.some(
    (fault) =>
      fault.kind === 'held for long: the plans of all jobs' &&
      fault.at.getTime() <= at &&
      at <= (fault.until?.getTime() ?? Infinity),
  );

/** The last fire, or whatever has happened since that gives everybody a lease anew. */
function silentSince(
  { at }: Said,
  fires: readonly number[],
  faults: readonly Felt[],
  pauses: readonly Span[],
): number {
  const shocks = faults.filter(({ allowsMs }) => allowsMs > 0);
  const moments = [
    fires.findLast((fire) => fire <= at) ?? 0,
    ...shocks.flatMap(({ lasts }) => [lasts.from, lasts.to]),
    ...pauses.map(({ to }) => to),
  ];
  return Math.max(...moments.filter((moment) => moment <= at));
}

/** What a node says that is cut off or frozen is judged once it has found its way back. */
const isTroubled = ({ node, at }: Said, faults: readonly Felt[]) =>
  faults.some(
    ({ slot, lasts }) => slot === slotOf(node) && lasts.from <= at && at <= lasts.to + AFTERMATH_MS,
  );
