/**
 * Jobs that are there to be a burden: far too many for the invariants to look at each of them, so that is
 * done by a statement of its own.
 */
const ASIDE = ['flood-', 'long-ago'];

export const isAside = (jobId: string): boolean => ASIDE.some((part) => jobId.startsWith(part));

/** @param column that has the job's id */
export const notAside = (column: string): string =>
  ASIDE.map((part) => `${column} NOT LIKE '${part}%'`).join(' AND ');
