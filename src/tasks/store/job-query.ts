import type { Job } from '../domain/job.js';
import { decodeCursor, decodeDatedCursor, decodeSortedCursor, encodeSorted } from './cursor.js';
import type { JobFilter, JobQuery } from './job-store.js';
import { listOf, type AnyOf } from './page.js';

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

type Order = NonNullable<JobQuery['order']>;

/** What a job is sorted by, beside its id; null: it has none, and comes last. */
function sortedBy(job: Job, order: Order): string | null {
  if (order === 'id') return '';
  if (order === 'name') return job.name.toLowerCase();
  return job[order]?.toISOString() ?? null;
}

/** The key of a job in a cursor. */
export const keyOf = (job: Job, order: Order): string =>
  order === 'id' ? job.id : encodeSorted(sortedBy(job, order), job.id);

interface Place {
  readonly by: string | null;
  readonly id: string;
}

/** Where a page ended. @throws InvalidInputError */
export function placeOf(cursor: string, order: Order): Place {
  if (order === 'id') return { by: '', id: decodeCursor(cursor) };
  if (order === 'name') return decodeSortedCursor(cursor);
  const { at, id } = decodeDatedCursor(cursor);
  return { by: at?.toISOString() ?? null, id };
}

/** Jobs in the order of a query, from where its cursor ended. @throws InvalidInputError */
export function inOrder(
  jobs: readonly Job[],
  { order = 'id', direction = 'asc', cursor }: JobQuery,
): readonly Job[] {
  const turn = direction === 'asc' ? 1 : -1;
  const compare = (a: Place, b: Place): number => {
    if (a.by !== null && b.by !== null && a.by !== b.by) return a.by < b.by ? -turn : turn;
    if ((a.by === null) !== (b.by === null)) return a.by === null ? 1 : -1;
    return a.id === b.id ? 0 : a.id < b.id ? -turn : turn;
  };
  const placed = jobs
    .map((job) => ({ job, place: { by: sortedBy(job, order), id: job.id } }))
    .sort((a, b) => compare(a.place, b.place));
  const ended = cursor === undefined ? null : placeOf(cursor, order);
  const rest = ended === null ? placed : placed.filter(({ place }) => compare(place, ended) > 0);
  return rest.map(({ job }) => job);
}
