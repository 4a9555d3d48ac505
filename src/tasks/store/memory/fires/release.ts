import type { MemoryDatabase } from '../database.js';
import type { JobRow, RunRow } from '../rows.js';
import { standing } from './standing.js';

/** Lets runs be claimed that wait for their turn. The twin of `store/postgres/fires/release.ts`. */
export function release(database: MemoryDatabase): number {
  const { runs, jobs } = database;
  const waiting = new Map<string, RunRow[]>();
  for (const row of runs.live()) {
    if (row.held === 'buffered') waiting.set(row.jobId, [...(waiting.get(row.jobId) ?? []), row]);
  }
  let released = 0;
  for (const [jobId, rows] of waiting) {
    const job = jobs.get(jobId);
    if (job === undefined) continue;
    // What somebody asked for runs all the same.
    const asked = rows.filter(({ cause }) => !job.paused || cause !== 'fired');
    if (asked.length === 0) continue;
    for (const row of asked.sort(byFireTime).slice(0, freeOf(database, job))) {
      runs.write({ ...row, held: null });
      released++;
    }
  }
  if (released > 0) database.notify('runs');
  return released;
}

function freeOf(database: MemoryDatabase, { id: jobId, overlap, maxInstances }: JobRow): number {
  if (overlap === 'allow') return Infinity;
  const asking = { jobId, capacity: maxInstances, endsWaitingBelow: maxInstances };
  return Math.max(
    0,
    maxInstances - standing(database, { ...asking, displaces: false, outruns: false }).live,
  );
}

const byFireTime = (a: RunRow, b: RunRow) =>
  a.fireAt.getTime() - b.fireAt.getTime() || Number(a.id) - Number(b.id);
