import type { History } from '../simulation/history.js';
import type { Violation } from '../simulation/invariants.js';
import { LEASE_MS } from './cluster.js';
import type { Inflicted } from './fault.js';
import type { Observer } from './observer.js';

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What a run of the harness showed, in numbers. */
export interface Figures {
  readonly faults: Readonly<Record<string, number>>;
  /** Rows of the ledger by state; skipped ones by reason too. */
  readonly runs: Readonly<Record<string, number>>;
  readonly fired: number;
  readonly handlersCalled: number;
  readonly terms: number;
  readonly doubles: number;
  readonly losses: number;
  readonly overwritten: number;
  /** Until the next term, in ms, by the kind of the fault that hit the leader. */
  readonly takeovers: Readonly<Record<string, Spread>>;
  /** From the fire time to the claim, in ms. */
  readonly lateness: Spread | null;
  /** From the end of a process to the end of its runs, in ms. */
  readonly settling: Spread | null;
}

const DOUBLES = ['one row per fire time', 'one start per fire time', 'ranges hold no other row'];
const LOSSES = ['no fire time vanishes', 'a start has a row', 'a row says why'];
const OVERWRITTEN = [
  'nothing overwrites an end',
  'an outcome is that of the claim',
  'a final state is final',
];

export async function figuresOf(
  observer: Observer,
  history: History,
  timeline: readonly Inflicted[],
  violations: readonly Violation[],
): Promise<Figures> {
  const { runs, starts, terms, nodes } = history;
  const fired = runs.filter(({ cause, coversFrom }) => cause === 'fired' && coversFrom === null);
  const ends = new Map(nodes.map(({ id, endedAt }) => [id, endedAt]));
  const of = (names: readonly string[]) =>
    violations.filter(({ invariant }) => names.includes(invariant)).length;
  return {
    faults: tally(timeline.map(({ kind }) => kind)),
    runs: tally(runs.map(({ state, reason }) => (reason ? `${state}: ${reason}` : state))),
    fired: fired.length,
    handlersCalled: starts.length,
    terms: terms.length,
    doubles: of(DOUBLES),
    losses: of(LOSSES),
    overwritten: of(OVERWRITTEN),
    takeovers: await takeovers(observer, timeline),
    lateness: spreadOf(
      fired.flatMap(({ startedAt, runAt }) =>
        startedAt ? [startedAt.getTime() - runAt.getTime()] : [],
      ),
    ),
    settling: spreadOf(
      runs.flatMap(({ state, nodeId, finishedAt }) => {
        const endedAt = nodeId === null ? null : ends.get(nodeId);
        if (state !== 'abandoned' || !endedAt || !finishedAt || finishedAt < endedAt) return [];
        return [finishedAt.getTime() - endedAt.getTime()];
      }),
    ),
  };
}

/** So long after a fault is over, a takeover has another reason. */
const AFTERMATH_MS = LEASE_MS + 1_000;

async function takeovers(
  observer: Observer,
  timeline: readonly Inflicted[],
): Promise<Record<string, Spread>> {
  const terms = await observer.query<{ at: Date }>(
    'SELECT at FROM chaos.tokens WHERE node_id IS NOT NULL ORDER BY id',
  );
  const byKind = new Map<string, number[]>();
  for (const { kind, at, until, leads, node } of timeline) {
    if (!leads || node === null || kind.startsWith('failpoint')) continue;
    const next = terms.find((term) => term.at > at)?.at.getTime() ?? Infinity;
    if (next > (until ?? at).getTime() + AFTERMATH_MS) continue;
    byKind.set(kind, [...(byKind.get(kind) ?? []), next - at.getTime()]);
  }
  return Object.fromEntries([...byKind].map(([kind, all]) => [kind, spreadOf(all)!]));
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
