import { fatesOf } from '../../../domain/overlap.js';
import type { Fire } from '../../fire-ledger.js';
import type { MemoryDatabase } from '../database.js';
import type { NewRun } from '../runs/new-run.js';
import { sentenceOf, standing } from './standing.js';

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
): NewRun[] {
  const { task, jobId, policy } = fire.job;
  const { priority } = policy;
  const common = { jobId, task, fencingToken, priority, cause: 'fired', createdAt: at } as const;
  const ranges = fire.plan.ranges.map(({ reason, from, to, count }): NewRun => {
    const covers = { coversFrom: from, coversTo: to, coversCount: count, fireAt: to, runAt: to };
    return { ...common, ...covers, state: 'skipped', reason, finishedAt: at };
  });
  return [...candidateRows(database, fire, common), ...ranges];
}

type Common = Required<Pick<NewRun, 'task' | 'fencingToken' | 'priority' | 'createdAt'>>;

function candidateRows(
  database: MemoryDatabase,
  { job: { jobId, policy }, plan: { candidates } }: Fire,
  { task, fencingToken, priority, createdAt }: Common,
): NewRun[] {
  if (candidates.length === 0) return [];
  const { overlap, maxInstances: capacity } = policy;
  const endsWaitingBelow = overlap === 'allow' ? 0 : Infinity;
  const displaces = overlap === 'cancel-previous';
  const outruns = overlap === 'skip';
  const stands = standing(database, { jobId, capacity, endsWaitingBelow, displaces, outruns });
  const fates = fatesOf(policy, stands, candidates.length);
  const message = stands.first ? sentenceOf(stands.first) : CROWDED_OUT;
  return candidates.map(({ fireAt, runAt }, n) => {
    const fate = fates[n]!;
    const isTaken = fate === 'starts' || fate === 'waits';
    return {
      jobId,
      task,
      fencingToken,
      priority,
      cause: 'fired',
      createdAt,
      fireAt,
      runAt,
      state: isTaken ? 'pending' : 'skipped',
      held: fate === 'waits' ? 'buffered' : null,
      reason: isTaken ? null : fate,
      finishedAt: isTaken ? null : createdAt,
      error: fate === 'overlapped' ? { name: 'Overlapped', message } : null,
    };
  });
}
