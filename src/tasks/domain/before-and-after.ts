import type { Job } from './job.js';

/** What changes with every change, or by itself. */
const NOT_TOLD: ReadonlySet<string> = new Set([
  'id',
  'revision',
  'createdAt',
  'updatedAt',
  'lastFireAt',
  'unknownSince',
]);

export interface BeforeAndAfter {
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/**
 * What a change has made of a job, for the audit: the fields in which it differs, as they were and as
 * they are. All of them where it was made or removed.
 */
export function beforeAndAfter(before: Job | null, after: Job | null): BeforeAndAfter {
  const names = Object.keys(after ?? before ?? {}).filter((name) => !NOT_TOLD.has(name));
  const differing =
    before && after ? names.filter((name) => json(before, name) !== json(after, name)) : names;
  const part = (job: Job | null) =>
    job && Object.fromEntries(differing.map((name) => [name, job[name as keyof Job]]));
  return { before: part(before), after: part(after) };
}

const json = (job: Job, name: string) => JSON.stringify(job[name as keyof Job] ?? null, sorted);

/** Keys of objects in one order: the database has one of its own. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
