import { MAX_CRASHES, type Settled, type SettledRun } from '../../fire-ledger.js';
import { cancelledError } from '../../../domain/run-changes.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import { pendAgain, tellSlots } from '../runs/run-ends.js';

/** Settles the runs of nodes that have been silent for too long. */
export function settleRuns(database: MemoryDatabase, alive: readonly string[]): Settled {
  const { runs } = database;
  const lost = runs
    .live()
    .filter((row) => !alive.includes(row.nodeId ?? '') && isOfDeadNode(database, row));
  const ended = lost.map((row) => settleRun(database, row));
  if (ended.includes('queued')) database.notify('runs');
  tellSlots(
    database,
    lost.map(({ jobId }) => jobId),
  );
  const settled = lost.flatMap((row, n) => settledRun(database, row, ended[n]!));
  const abandoned = settled.filter(({ state }) => state === 'abandoned').length;
  return { abandoned, rerun: settled.length - abandoned, runs: settled };
}

type What = 'freed' | 'cancelled' | 'abandoned' | 'queued' | 'held';

function settledRun(
  { nodes }: MemoryDatabase,
  { id: runId, jobId, nodeId }: RunRow,
  what: What,
): SettledRun[] {
  if (what === 'freed' || what === 'cancelled' || nodeId === null) return [];
  const state = what === 'abandoned' ? 'abandoned' : 'pending';
  return [{ runId, jobId, nodeId, node: nodes.get(nodeId)?.name ?? nodeId, state }];
}

function isOfDeadNode(database: MemoryDatabase, row: RunRow): boolean {
  const node = database.nodes.get(row.nodeId ?? '');
  const isThere = node !== undefined && database.isAlive(node);
  return (row.state === 'running' || row.handlerAlive) && !isThere;
}

function settleRun(database: MemoryDatabase, row: RunRow): What {
  const { runs, jobs } = database;
  const finishedAt = database.now();
  if (row.state !== 'running') {
    runs.write({ ...row, handlerAlive: false });
    return 'freed';
  }
  if (row.cancelRequestedAt !== null) {
    const error = cancelledError(row.cancelReason ?? 'cancelled');
    runs.write({ ...row, state: 'cancelled', finishedAt, error });
    return 'cancelled';
  }
  const error = nodeLost(database, row);
  const job = jobs.get(row.jobId);
  const most = Math.max(job?.retry.maxAttempts ?? 1, MAX_CRASHES);
  if (job?.onCrash === 'rerun' && row.attempt < most) {
    return pendAgain(database, row, { state: 'abandoned', error, finishedAt, runAt: finishedAt })
      ? 'queued'
      : 'held';
  }
  runs.write({ ...row, state: 'abandoned', finishedAt, error });
  return 'abandoned';
}

function nodeLost({ nodes }: MemoryDatabase, { nodeId }: RunRow) {
  const node = nodes.get(nodeId ?? '');
  const message =
    `Node ${node?.name ?? nodeId} was last heard of at ` +
    `${node?.heartbeatAt.toISOString() ?? 'an unknown time'}; the run was abandoned. ` +
    `It may have done some of its work.`;
  return { name: 'NodeLost', message };
}
