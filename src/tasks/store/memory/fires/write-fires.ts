import type { Fire } from '../../fire-ledger.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import type { NewRun } from '../runs/new-run.js';
import { fireRows } from './fire.js';

export interface WrittenFires {
  /** Jobs whose plan moved. The others had changed. */
  readonly moved: ReadonlySet<string>;
  readonly rows: readonly RunRow[];
  /** How many of the rows can be claimed. */
  readonly pending: number;
  /** Those that are claimed. */
  readonly claimed: readonly RunRow[];
}

/**
 * Moves the plans and writes their rows.
 *
 * @param fencingToken null where nobody has to lead
 * @param nodeId who claims what is wanted here. Default: nobody
 */
export function writeFires(
  database: MemoryDatabase,
  fires: readonly Fire[],
  fencingToken: number | null,
  at: Date,
  nodeId: string | null = null,
): WrittenFires {
  const moving = fires.filter((fire) => isAsRead(database, fire, at));
  const made = moving.flatMap((fire) => {
    const written = fireRows(database, fire, fencingToken, at);
    move(database, fire, written.filter(({ state }) => state === 'pending').length);
    return written;
  });
  const rows = made.sort(byJobAndFireTime).flatMap((row) => database.runs.insert(row) ?? []);
  const taken = rows.filter(({ state }) => state === 'pending');
  const ready = taken.filter(({ held }) => held === null);
  const claimed = nodeId === null ? [] : claimHere(database, ready, moving, at, nodeId);
  const pending = ready.length - claimed.length;
  if (pending > 0) database.notify('runs');
  if (taken.length > ready.length) database.notify('slots');
  return { moved: new Set(moving.map(({ job }) => job.jobId)), rows, pending, claimed };
}

/** What may start at once and is wanted here. */
function claimHere(
  database: MemoryDatabase,
  ready: readonly RunRow[],
  fires: readonly Fire[],
  at: Date,
  nodeId: string,
): readonly RunRow[] {
  const me = database.nodes.get(nodeId);
  if (me === undefined || !database.isAlive(me)) return [];
  const here = new Set(fires.flatMap(({ job, here: isHere }) => (isHere ? [job.jobId] : [])));
  return ready
    .filter(({ jobId, runAt }) => here.has(jobId) && runAt <= at)
    .map((row) => {
      const running: RunRow = { ...row, state: 'running', attempt: 1, nodeId, startedAt: at };
      database.runs.write(running);
      return running;
    });
}

/** Nobody has changed the job since it was read, and all that it fires is due. */
function isAsRead({ jobs }: MemoryDatabase, { job, plan }: Fire, now: Date): boolean {
  const row = jobs.get(job.jobId);
  return (
    row?.nextFireAt?.getTime() === job.nextFireAt.getTime() &&
    row.revision === job.revision &&
    String(row.inserts) === job.inserts &&
    plan.lastFireAt <= now
  );
}

function move({ jobs }: MemoryDatabase, { job, plan }: Fire, taken: number): void {
  const row = jobs.get(job.jobId)!;
  const fired = row.fired + taken;
  const isOver = job.policy.maxRuns !== null && fired >= job.policy.maxRuns;
  const nextFireAt = isOver ? null : plan.nextFireAt;
  const state = nextFireAt === null ? 'finished' : row.state;
  const { lastFireAt } = plan;
  jobs.set(row.id, { ...row, fired, nextFireAt, lastFireAt, state });
}

const byJobAndFireTime = (a: NewRun, b: NewRun) =>
  a.jobId === b.jobId ? a.fireAt.getTime() - b.fireAt.getTime() : a.jobId < b.jobId ? -1 : 1;
