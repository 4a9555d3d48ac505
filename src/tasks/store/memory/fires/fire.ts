import { fatesOf } from '../../../domain/overlap.js';
import type { Fire } from '../../fire-ledger.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import { NEW_RUN } from '../runs/run-rows.js';
import { sentenceOf, standing } from './standing.js';

type NewRow = Omit<RunRow, 'id'>;

const CROWDED_OUT = 'Another fire time of the job that was due at once took its place.';

/**
 * What becomes of a job's fire times: the rows of its ranges, and of its candidates as far as there is
 * room for them. The twin of `store/postgres/fires/fire.ts`.
 */
export function fireRows(
  database: MemoryDatabase,
  fire: Fire,
  fencingToken: number | null,
  at: Date,
): NewRow[] {
  const { task, jobId, policy } = fire.job;
  const common = { ...NEW_RUN, jobId, task, fencingToken, createdAt: at } as const;
  const base = { ...common, cause: 'fired', priority: policy.priority } as const;
  const skipped = { ...base, state: 'skipped', finishedAt: at } as const;
  const ranges = fire.plan.ranges.map(({ reason, from, to, count }) => {
    const covers = { coversFrom: from, coversTo: to, coversCount: count };
    return { ...skipped, ...covers, reason, fireAt: to, runAt: to };
  });
  return [...candidateRows(database, fire, base, skipped), ...ranges];
}

type Fresh = Omit<NewRow, 'fireAt' | 'runAt' | 'state'>;

function candidateRows(
  database: MemoryDatabase,
  { job: { jobId, policy }, plan: { candidates } }: Fire,
  base: Fresh,
  skipped: Fresh & { readonly state: 'skipped' },
): NewRow[] {
  if (candidates.length === 0) return [];
  const { overlap, maxInstances: capacity } = policy;
  const endsWaitingBelow = overlap === 'allow' ? 0 : Infinity;
  const displaces = overlap === 'cancel-previous';
  const outruns = overlap === 'skip';
  const stands = standing(database, { jobId, capacity, endsWaitingBelow, displaces, outruns });
  const fates = fatesOf(policy, stands, candidates.length);
  const message = stands.first ? sentenceOf(stands.first) : CROWDED_OUT;
  return candidates.map((candidate, n): NewRow => {
    switch (fates[n]!) {
      case 'starts':
        return { ...base, ...candidate, state: 'pending' };
      case 'waits':
        return { ...base, ...candidate, state: 'pending', held: 'buffered' };
      case 'limit':
        return { ...skipped, ...candidate, reason: 'limit' };
      case 'overlapped':
        return {
          ...skipped,
          ...candidate,
          reason: 'overlapped',
          error: { name: 'Overlapped', message },
        };
    }
  });
}
