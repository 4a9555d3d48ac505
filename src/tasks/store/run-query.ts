import { decodeDatedCursor, decodeIdCursor, encodeSorted } from './cursor.js';
import type { Run } from '../domain/run.js';
import { isRunId } from '../domain/run-changes.js';
import type { RunFilter } from './run-store.js';

/** Whether a list is by fire time: nothing else narrows it. */
export function isByFireTime({
  job,
  task,
  node,
  state,
  cause,
  text,
  from,
  to,
}: RunFilter): boolean {
  const others = [job, task, node, state, cause, text];
  return (from ?? to) !== undefined && others.every((filter) => filter === undefined);
}

/** A place in a list of runs. */
export interface RunPlace {
  readonly id: string;
  /** Where the list is by fire time. */
  readonly fireAt: Date | null;
}

/** @throws InvalidInputError */
export function runPlaceOf(cursor: string, filter: RunFilter): RunPlace {
  if (!isByFireTime(filter)) return { id: decodeIdCursor(cursor), fireAt: null };
  const { at, id } = decodeDatedCursor(cursor);
  return { id: isRunId(id) ? id : '0', fireAt: at };
}

export const runKeyOf = ({ id, fireAt }: Pick<Run, 'id' | 'fireAt'>, filter: RunFilter): string =>
  isByFireTime(filter) ? encodeSorted(fireAt.toISOString(), id) : id;

/** Newest first, in the order of the list. */
export function compareRuns(filter: RunFilter): (a: RunPlace, b: RunPlace) => number {
  const byTime = isByFireTime(filter);
  return (a, b) =>
    (byTime ? Number(b.fireAt) - Number(a.fireAt) : 0) ||
    (a.id === b.id ? 0 : BigInt(a.id) < BigInt(b.id) ? 1 : -1);
}
