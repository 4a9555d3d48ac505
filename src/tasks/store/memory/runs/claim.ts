import { pickRuns } from '../../../domain/pick-runs.js';
import { runPolicyOf } from '../../../domain/run-policy.js';
import type { Claimed, ClaimedRun } from '../../run-queue.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import { byId } from './run-rows.js';

/** What a node can take. */
export interface Wanted {
  readonly nodeId: string;
  readonly tasks: readonly string[];
  readonly slots: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly turn: number;
  /** What may start by then. */
  readonly now: Date;
  /** Whether a run is passed over that has waited for longer than its grace. */
  readonly misfires: boolean;
}

/** Takes runs for a node, and says when it is worth asking again. */
export function claim(database: MemoryDatabase, wanted: Wanted): Claimed {
  const { runs, nodes, lock } = database;
  const { nodeId, tasks, limits, now } = wanted;
  const open = tasks.filter((task) => limits[task] !== 0);
  const queued = runs
    .live()
    .filter(({ state, held, task }) => state === 'pending' && held === null && open.includes(task));
  const later = queued.filter(({ runAt }) => runAt > now).map(({ runAt }) => runAt.getTime());
  const nextInMs = later.length > 0 ? Math.min(...later) - now.getTime() : null;
  const me = nodes.get(nodeId);
  if (lock.paused || me === undefined || !database.isAlive(me)) return { runs: [], nextInMs };
  const due = queued.filter(({ runAt }) => runAt <= now);
  const picked = [...pickRuns(due, wanted)].sort(byUrgency);
  const claimed = picked.flatMap((row) => {
    const judged = judge(database, row, wanted);
    runs.write(judged);
    return judged.state === 'running' ? [claimedRun(database, judged)] : [];
  });
  // What was passed over has left its slot free.
  return { runs: claimed, nextInMs: claimed.length < picked.length ? 0 : nextInMs };
}

/** A run as its claim tells of it. */
export function claimedRun({ jobs }: MemoryDatabase, row: RunRow): ClaimedRun {
  const { id, attempt, jobId, task, cause, fireAt, runAt, fencingToken } = row;
  const job = jobs.get(jobId);
  const payload = row.payload === undefined ? (job?.payload ?? null) : row.payload;
  const { timeoutMs = null, retry = null, transactional = null } = job ?? {};
  const policy = runPolicyOf({ timeoutMs, retry, transactional });
  return { runId: id, attempt, jobId, task, payload, cause, fireAt, runAt, fencingToken, policy };
}

/** Claimed, or skipped because it has waited for longer than its grace. */
function judge({ jobs }: MemoryDatabase, row: RunRow, { nodeId, now, misfires }: Wanted): RunRow {
  const graceMs = jobs.get(row.jobId)?.misfireGraceMs ?? null;
  const late = misfires && graceMs !== null && row.fireAt.getTime() < now.getTime() - graceMs;
  if (late && row.cause === 'fired' && row.attempt === 0) {
    return { ...row, state: 'skipped', reason: 'misfired', finishedAt: now };
  }
  return { ...row, state: 'running', attempt: row.attempt + 1, nodeId, startedAt: now };
}

const byUrgency = (a: RunRow, b: RunRow) =>
  a.priority - b.priority || a.runAt.getTime() - b.runAt.getTime() || byId(a, b);
