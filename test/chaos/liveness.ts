import type { History } from '../simulation/history.js';
import type { Violation } from '../simulation/invariants.js';
import { readSongs, type Song } from './canary-songs.js';
import { overlap, readFelt, TAKEOVER_MS, type Felt, type Span } from './felt.js';
import { spreadOf, type Spread } from './figures.js';
import type { Inflicted } from './fault.js';
import { groupBy } from './group-by.js';
import type { Observer } from './observer.js';

/** What a fault may do to everybody else: it is late for so long at most, and so are all that it touches. */
const LATE_MS = 1_000;

/** A machine that is late by more than this when nothing at all is broken has another trouble. */
const WORST_MACHINE_MS = 5_000;

/** What was seen beside the faults of one kind. */
export interface Beside {
  readonly count: number;
  /** The longest time in which nothing at all was fired in the cluster. */
  readonly silentMs: number;
  /** The latest that anybody whom they did not touch may be; where they hit others, that is more. */
  readonly boundMs: number;
  /**
   * How late canaries were that came due meanwhile, that no node had taken which was hit, and that had no
   * other reason to be late.
   */
  readonly canaries: Spread | null;
}

export interface Liveness {
  readonly byKind: Readonly<Record<string, Beside>>;
  /** Canaries that came due when nothing was broken: how busy the machine is. */
  readonly undisturbed: Spread | null;
  readonly violations: readonly Violation[];
}

/**
 * @param pauses of the whole cluster
 * @param stalls when the machine gave the harness itself no turn
 */
export async function judgeLiveness(
  observer: Observer,
  history: History,
  timeline: readonly Inflicted[],
  pauses: readonly Span[],
  stalls: readonly Span[],
): Promise<Liveness> {
  const faults = await readFelt(observer, timeline);
  const all = await readSongs(observer, history);
  const songs = all.filter((song) => !pauses.some((pause) => overlap(pause, song)));
  const beside = songs.map((song) => ({ song, felt: feltBy(song, faults) }));
  const calm = beside.filter(({ felt }) => felt.length === 0).map(({ song }) => song.lateMs);
  const undisturbed = spreadOf(calm);
  const usualMs = Math.max(LATE_MS, undisturbed?.p99 ?? 0);
  const fires = firesOf(history);
  return {
    byKind: Object.fromEntries(
      [...groupBy(faults, ({ fault }) => fault.kind)].map(([kind, own]) => [
        kind,
        {
          count: own.length,
          silentMs: Math.max(...own.map(({ felt }) => longestSilence(fires, felt))),
          boundMs: LATE_MS + Math.max(...own.map(({ allowsMs }) => allowsMs)),
          canaries: spreadOf(latenessBeside(kind, beside)),
        },
      ]),
    ),
    undisturbed,
    violations: [
      ...beside.flatMap(({ song, felt }) => tooLate(song, felt, usualMs, stalls)),
      ...(usualMs > WORST_MACHINE_MS
        ? [{ invariant: CALM, detail: `p99 is ${usualMs} ms`, evidence: [undisturbed] }]
        : []),
    ],
  };
}

export const CALM = 'where nothing is broken nobody is late';
export const TOUCHED = 'what a fault touches is late, and nothing else';

const feltBy = (song: Song, faults: readonly Felt[]) =>
  faults.filter(({ felt }) => overlap(felt, song));

const hits = ({ slot }: Felt, { slots }: Song) => slot !== null && slots.includes(slot);

/** Of songs that had other reasons to be late nothing can be told. */
const latenessBeside = (kind: string, beside: readonly { song: Song; felt: readonly Felt[] }[]) =>
  beside
    .filter(
      ({ song, felt }) =>
        felt.some(({ fault }) => fault.kind === kind) &&
        felt.every((one) => !hits(one, song) && (one.fault.kind === kind || one.allowsMs === 0)),
    )
    .map(({ song }) => song.lateMs);

/** What a hit node has taken is late until that is noticed; the ledger's own invariants see to it. */
function tooLate(
  song: Song,
  felt: readonly Felt[],
  usualMs: number,
  stalls: readonly Span[],
): Violation[] {
  if (felt.some((fault) => hits(fault, song))) return [];
  const stalled = stalls.filter((stall) => overlap(stall, song));
  const mayBe =
    usualMs + sum(felt.map(({ allowsMs }) => allowsMs)) + sum(stalled.map((s) => s.to - s.from));
  if (song.lateMs <= mayBe) return [];
  const kinds = felt.map(({ fault }) => fault.kind);
  const beside = kinds.length === 0 ? 'nothing' : kinds.join(', ');
  const when = new Date(song.from).toISOString();
  const detail = `${song.jobId} at ${when} was ${song.lateMs} ms late beside ${beside}; ${mayBe} were due`;
  return [{ invariant: TOUCHED, detail, evidence: [song, ...felt.map(({ fault }) => fault)] }];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** When anything was fired, in order. */
export const firesOf = ({ runs }: History): number[] =>
  runs
    .filter(({ cause }) => cause === 'fired')
    .map(({ createdAt }) => createdAt.getTime())
    .sort((a, b) => a - b);

function longestSilence(fires: readonly number[], { from, to }: Span): number {
  const around = fires.filter((at) => at >= from - TAKEOVER_MS && at <= to + TAKEOVER_MS);
  const gaps = around.slice(1).map((at, n) => at - Math.max(around[n]!, from - TAKEOVER_MS));
  return Math.max(0, ...gaps);
}
