import type { Job } from '../domain/job.js';
import { RESULTS, type LastResult } from '../domain/outcomes.js';
import {
  decodeCountedCursor,
  decodeCursor,
  decodeDatedCursor,
  decodeSortedCursor,
  encodeSorted,
  pageOf,
} from './cursor.js';
import type { JobFilter, JobQuery } from './job-store.js';
import { listOf, type AnyOf, type Page } from './page.js';

/** What the stores that keep their jobs in memory answer to a query, as the others do by SQL. */
export function isAskedFor(
  job: Pick<Job, 'id' | 'name' | 'task' | 'tags' | 'state' | 'origin' | 'nextFireAt'>,
  { text, task, tag, state, origin, planned }: JobFilter,
): boolean {
  const sought = text?.toLowerCase() ?? '';
  const fits = <T extends string>(wanted: AnyOf<T> | undefined, given: readonly T[]) =>
    wanted === undefined || listOf(wanted).some((one) => given.includes(one));
  return (
    (job.id.toLowerCase().includes(sought) || job.name.toLowerCase().includes(sought)) &&
    (task === undefined || job.task === task) &&
    fits(tag, job.tags) &&
    fits(state, [job.state]) &&
    fits(origin, [job.origin]) &&
    (planned === undefined || job.nextFireAt !== null)
  );
}

export type Order = NonNullable<JobQuery['order']>;

/** What a job is sorted by, beside its id; null: it has none, and comes last. */
function sortedBy(job: Job, order: Order, lastResult: LastResult | null): string | number | null {
  switch (order) {
    case 'id':
      return '';
    case 'name':
      return job.name.toLowerCase();
    case 'lastResult':
      return lastResult && RESULTS.indexOf(lastResult.state) + 1;
    case 'lastDuration':
      return lastResult && lastResult.durationMs;
    case 'nextFireAt':
    case 'lastFireAt':
      return job[order]?.toISOString() ?? null;
  }
}

/** The key of a job in a cursor. @param by what it is sorted by; null: it has nothing */
export const keyOf = (id: string, by: string | number | null, order: Order): string =>
  order === 'id' ? id : encodeSorted(by === null ? null : String(by), id);

interface Place {
  readonly by: string | number | null;
  readonly id: string;
}

/** Where a page ended. @throws InvalidInputError */
export function placeOf(cursor: string, order: Order): Place {
  switch (order) {
    case 'id':
      return { by: '', id: decodeCursor(cursor) };
    case 'name':
      return decodeSortedCursor(cursor);
    case 'lastResult':
    case 'lastDuration':
      return decodeCountedCursor(cursor);
    case 'nextFireAt':
    case 'lastFireAt': {
      const { at, id } = decodeDatedCursor(cursor);
      return { by: at?.toISOString() ?? null, id };
    }
  }
}

/** A page of these jobs. @throws InvalidInputError */
export function pageOfJobs(
  jobs: readonly Job[],
  { order = 'id', direction = 'asc', cursor, limit }: JobQuery,
  lastResultOf: (job: Job) => LastResult | null,
): Page<Job> {
  const turn = direction === 'asc' ? 1 : -1;
  const compare = (a: Place, b: Place): number => {
    if (a.by !== null && b.by !== null && a.by !== b.by) return a.by < b.by ? -turn : turn;
    if ((a.by === null) !== (b.by === null)) return a.by === null ? 1 : -1;
    return a.id === b.id ? 0 : a.id < b.id ? -turn : turn;
  };
  const placed = jobs
    .map((job) => ({ job, id: job.id, by: sortedBy(job, order, lastResultOf(job)) }))
    .sort(compare);
  const ended = cursor === undefined ? null : placeOf(cursor, order);
  const rest = ended === null ? placed : placed.filter((one) => compare(one, ended) > 0);
  const { items, nextCursor } = pageOf(rest, limit, ({ id, by }) => keyOf(id, by, order));
  return { items: items.map(({ job }) => job), nextCursor };
}
