import { LEASE_MS } from './cluster.js';
import type { Inflicted, Touches } from './fault.js';
import type { Observer } from './observer.js';

/** Somebody leads again so soon after the leader was lost. */
export const TAKEOVER_MS = LEASE_MS + 1_000;

/**
 * So long after a fault is over it is still felt. Of what has hurt everybody the leader may find out last
 * that it cannot lead any more.
 */
const AFTERMATH_MS = {
  'one job': 0,
  'one node': TAKEOVER_MS,
  leader: TAKEOVER_MS,
  server: 2 * TAKEOVER_MS,
} satisfies Record<Touches, number>;

/** Between two instants in ms, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const overlap = (a: Span, b: Span): boolean => a.from <= b.to && b.from <= a.to;

/** A fault as others feel it. */
export interface Felt {
  readonly fault: Inflicted;
  readonly lasts: Span;
  /** As long as anybody may be late because of it. */
  readonly felt: Span;
  /** Where a run that it hit may have been taken; null: no node is hit as such. */
  readonly slot: string | null;
  /** By how much it may make everybody late: nothing, if all it hits is its own job or node. */
  readonly allowsMs: number;
}

/** When a place of the cluster led. */
interface Term extends Span {
  readonly slot: string;
}

/** What each fault may do to everybody else, as it is known once it is over. */
export async function readFelt(
  observer: Observer,
  timeline: readonly Inflicted[],
): Promise<readonly Felt[]> {
  const rows = await observer.query<{ name: string | null; at: Date }>(
    `SELECT n.name, t.at FROM chaos.tokens t LEFT JOIN carillon.nodes n ON n.id = t.node_id
     ORDER BY t.id`,
  );
  const terms = rows.map(({ name, at }, n): Term => {
    const to = rows[n + 1]?.at.getTime() ?? Infinity;
    return { slot: name === null ? '' : slotOf(name), from: at.getTime(), to };
  });
  return timeline.map((fault) => feel(fault, terms));
}

export const slotOf = (processName: string): string => processName.split('.')[0]!;

function feel(fault: Inflicted, terms: readonly Term[]): Felt {
  const { at, until, node, touches, boundMs } = fault;
  const lasts = { from: at.getTime(), to: (until ?? new Date()).getTime() };
  const slot = node === null || touches === 'one job' ? null : slotOf(node);
  const leads = terms.some((term) => term.slot === slot && overlap(term, lasts));
  const allowsMs = {
    'one job': 0,
    'one node': leads ? TAKEOVER_MS : 0,
    leader: TAKEOVER_MS,
    server: lasts.to - lasts.from + TAKEOVER_MS,
  }[touches];
  const felt = { from: lasts.from, to: lasts.to + (allowsMs > 0 ? AFTERMATH_MS[touches] : 0) };
  return { fault, lasts, felt, slot, allowsMs: allowsMs > 0 ? (boundMs ?? allowsMs) : 0 };
}
