import { LIVE_MS } from '../../../domain/catch-up.js';
import { MADE_ROOM } from '../../../domain/run-changes.js';
import type { Standing } from '../../../domain/overlap.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';

/** What is in the way of a job's next run. The twin of `store/postgres/fires/standing.ts`. */
export interface Obstacle extends Standing {
  /** The run that is in the way, the oldest of several; null: there is none. */
  readonly first: RunRow | null;
}

interface Asking {
  readonly jobId: string;
  readonly capacity: number;
  /** Below so many live runs, those that wait for a retry are ended. */
  readonly endsWaitingBelow: number;
  /** At its capacity, what runs is asked to end and what has not begun is cancelled. */
  readonly displaces: boolean;
  /** What makes up for an outage and has not begun counts for nothing, and gives way as well. */
  readonly outruns: boolean;
}

/** Has those give way that must, and says what is left. */
export function standing(database: MemoryDatabase, asking: Asking): Obstacle {
  const now = database.now();
  const { isInTheWay } = database.options;
  const found = database.runs.live(asking.jobId).filter(isInTheWay);
  const yields = (row: RunRow) => isWaiting(row, now) || (asking.outruns && makesUp(row));
  const counted = found.filter((row) => !yields(row));
  const live = counted.filter((row) => row.held !== 'buffered').length;
  const crowd = counted.filter((row) => !isApart(row)).length;
  const displaces = asking.displaces && crowd >= asking.capacity;
  let asked = false;
  for (const row of found) {
    if (yields(row) ? live < asking.endsWaitingBelow : displaces && !isApart(row)) {
      asked = giveWay(database, row, now) || asked;
    }
  }
  if (asked) database.notify('cancel');
  const left = database.runs.live(asking.jobId).filter((row) => isInTheWay(row) && !yields(row));
  const first =
    left.find(({ held }) => held !== 'buffered') ?? left.find(({ held }) => held === 'buffered');
  return {
    live: left.filter(({ held }) => held !== 'buffered').length,
    buffered: left.filter((row) => row.held === 'buffered' && !isApart(row)).length,
    first: first ?? null,
  };
}

/** It waits for its retry. */
const isWaiting = (row: RunRow, now: Date) =>
  row.state === 'pending' && row.attempt > 0 && row.held === null && row.runAt > now;

/** It was made long after its fire time, and has not begun. */
const makesUp = (row: RunRow) =>
  row.state === 'pending' &&
  row.attempt === 0 &&
  row.held === null &&
  row.cause === 'fired' &&
  row.createdAt.getTime() > row.fireAt.getTime() + LIVE_MS;

/** It waits for its turn in a backfill. */
const isApart = (row: RunRow) => row.held === 'buffered' && row.cause === 'backfill';

/** Ends a run that has not begun; asks one that runs to end, which is told by `true`. */
function giveWay({ runs }: MemoryDatabase, row: RunRow, now: Date): boolean {
  if (row.state === 'pending') {
    const state = isWaiting(row, now) ? 'failed' : 'cancelled';
    runs.write({ ...row, state, reason: 'superseded', held: null, finishedAt: now });
  }
  if (row.state !== 'running') return false;
  const cancelReason = row.cancelReason ?? MADE_ROOM;
  runs.write({ ...row, cancelRequestedAt: row.cancelRequestedAt ?? now, cancelReason });
  return true;
}

/** A sentence about a run that is in the way. */
export function sentenceOf({ id, handlerAlive, finishedAt }: RunRow): string {
  const goesOn =
    handlerAlive && finishedAt
      ? `: its handler is still running although it timed out at ${finishedAt.toISOString()}`
      : '';
  return `Run ${id} was still running${goesOn}.`;
}
