import { POLICY_NAMES } from '../../../domain/job.js';
import type { SkipReason } from '../../../domain/run.js';
import {
  FireLedger,
  LOST_FOR,
  type DueJobs,
  type Fire,
  type Fired,
  type NodesAtWork,
  type Settled,
  type Skips,
} from '../../fire-ledger.js';
import {
  readDueJob,
  type DueJob,
  type DueJobKey,
  type UnreadableJob,
} from '../../../domain/due-job.js';
import type { MemoryDatabase } from '../database.js';
import { claimedRun } from '../runs/claim.js';
import { release } from './release.js';
import type { JobRow, RunRow } from '../rows.js';
import { settleRuns } from './settle.js';
import { writeFires } from './write-fires.js';

/** What the leader reads and writes when it fires. */
export class MemoryFireLedger extends FireLedger {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly nodeId: string,
  ) {
    super();
  }

  async due(
    withinMs: number,
    most: number,
    except: readonly DueJobKey[] = [],
    from = new Date(-8.64e15),
  ): Promise<DueJobs> {
    const at = this.database.now();
    const until = new Date(at.getTime() + withinMs);
    const setAside = new Map(except.map(({ jobId, revision }) => [jobId, revision]));
    const rows = [...this.database.jobs.values()]
      .filter((row) => row.nextFireAt !== null && row.nextFireAt >= from && row.nextFireAt <= until)
      .filter(({ id, revision }) => setAside.get(id) !== revision)
      .sort((a, b) => dueAt(a) - dueAt(b) || (a.id < b.id ? -1 : 1))
      .slice(0, most);
    const jobs: DueJob[] = [];
    const unreadable: DueJobs['unreadable'][number][] = [];
    for (const row of rows) {
      const job = dueJobOf(row);
      if ('reason' in job) unreadable.push(job);
      else jobs.push(job);
    }
    const { paused, pauses: count } = this.database.lock;
    const earliest = rows[0] ? dueAt(rows[0]) : Infinity;
    const stretches = this.database.pauses.filter(
      ({ to }) => to === null || to.getTime() > earliest,
    );
    const pauses = { paused, count, stretches };
    return { jobs, unreadable, more: rows.length >= most, pauses, at };
  }

  async fire(
    fencingToken: number,
    pauses: number,
    fires: readonly Fire[],
    wantsRows = false,
  ): Promise<Fired> {
    const { lock } = this.database;
    const at = this.database.now();
    const led = lock.fencingToken === fencingToken && !lock.paused && lock.pauses === pauses;
    const { database, nodeId } = this;
    const written = writeFires(database, led ? fires : [], fencingToken, at, nodeId);
    const { moved, rows, pending } = written;
    const skipped = rows.flatMap(skipsOf);
    const claimed = written.claimed.map((row) => claimedRun(database, row));
    return { led, moved, pending, skipped, claimed, rows: wantsRows ? rows.map(firedRow) : [], at };
  }

  async release(fencingToken: number): Promise<number | null> {
    return this.database.lock.fencingToken === fencingToken ? release(this.database) : null;
  }

  async atWork(): Promise<NodesAtWork> {
    const { nodes, runs, options } = this.database;
    const { deadAfterMs } = options;
    const now = this.database.now().getTime();
    const busy = runs.live().filter((row) => row.state === 'running' || row.handlerAlive);
    const ids = new Set(busy.flatMap(({ nodeId }) => (nodeId === null ? [] : [nodeId])));
    ids.delete(this.nodeId);
    const silentMs = (id: string) => now - (nodes.get(id)?.heartbeatAt.getTime() ?? -Infinity);
    return {
      nodes: [...ids].map((nodeId) => ({
        nodeId,
        sign: nodes.get(nodeId)?.heartbeatAt.toISOString() ?? null,
        silentMs: silentMs(nodeId),
        isGone: nodes.get(nodeId)?.stoppedAt !== null,
        isHeld: false,
      })),
      lost: [...nodes.values()]
        .filter((node) => node.stoppedAt === null && node.id !== this.nodeId && !ids.has(node.id))
        .filter(({ id }) => silentMs(id) > deadAfterMs && silentMs(id) < deadAfterMs * LOST_FOR)
        .map(({ id: nodeId, name }) => ({ nodeId, name })),
      ownSilenceMs: silentMs(this.nodeId),
    };
  }

  async settle(fencingToken: number, alive: readonly string[] = []): Promise<Settled | null> {
    return this.database.lock.fencingToken === fencingToken
      ? settleRuns(this.database, alive)
      : null;
  }
}

const skipsOf = ({ jobId, reason }: RunRow): Skips[] =>
  reason === 'overlapped' || reason === 'limit' ? [{ jobId, reason, count: 1 }] : [];

const firedRow = ({ id, jobId, fireAt, state, reason }: RunRow): Fired['rows'][number] => ({
  runId: id,
  jobId,
  fireAt,
  state: state === 'skipped' ? 'skipped' : 'pending',
  reason: reason as SkipReason | null,
});

const dueAt = ({ nextFireAt }: JobRow) => nextFireAt!.getTime();

/** A row that has a plan, as the planner knows it. */
function dueJobOf(row: JobRow): DueJob | UnreadableJob {
  const policy = Object.fromEntries(POLICY_NAMES.map((name) => [name, row[name]]));
  const { id: jobId, task, trigger, revision, fired } = row;
  const plan = { nextFireAt: row.nextFireAt!, revision, inserts: String(row.inserts), fired };
  return readDueJob({ jobId, task, trigger, policy, ...plan });
}
