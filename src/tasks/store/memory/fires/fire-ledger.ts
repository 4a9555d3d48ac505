import { POLICY_NAMES } from '../../../domain/job.js';
import type { SkipReason } from '../../../domain/run.js';
import {
  FireLedger,
  type DueJobs,
  type Fire,
  type Fired,
  type NodesAtWork,
  type Settled,
  type Skips,
} from '../../fire-ledger.js';
import { readDueJob, type DueJob, type DueJobKey } from '../../../domain/due-job.js';
import type { MemoryDatabase } from '../database.js';
import { fireRows } from './fire.js';
import { release } from './release.js';
import type { JobRow, RunRow } from '../rows.js';
import { settleRuns } from './settle.js';

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
      const job = read(row);
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
    const { lock, runs } = this.database;
    const at = this.database.now();
    const led = lock.fencingToken === fencingToken && !lock.paused && lock.pauses === pauses;
    const moving = led ? fires.filter((fire) => this.isAsRead(fire, at)) : [];
    const rows = moving.flatMap((fire) => {
      const written = fireRows(this.database, fire, fencingToken, at);
      this.move(fire, written.filter(({ state }) => state === 'pending').length);
      return written;
    });
    const inserted = rows.sort(byJobAndFireTime).flatMap((row) => runs.insert(row) ?? []);
    const taken = inserted.filter(({ state }) => state === 'pending');
    const pending = taken.filter(({ held }) => held === null).length;
    if (pending > 0) this.database.notify('runs');
    if (taken.length > pending) this.database.notify('slots');
    const moved = new Set(moving.map(({ job }) => job.jobId));
    const skipped = inserted.flatMap(skipsOf);
    return { led, moved, pending, skipped, rows: wantsRows ? inserted.map(firedRow) : [], at };
  }

  async release(fencingToken: number): Promise<number | null> {
    return this.database.lock.fencingToken === fencingToken ? release(this.database) : null;
  }

  async atWork(): Promise<NodesAtWork> {
    const { nodes, runs } = this.database;
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
      ownSilenceMs: silentMs(this.nodeId),
    };
  }

  async settle(fencingToken: number, alive: readonly string[] = []): Promise<Settled | null> {
    return this.database.lock.fencingToken === fencingToken
      ? settleRuns(this.database, alive)
      : null;
  }

  /** Nobody has changed the job since it was read, and all that it fires is due. */
  private isAsRead({ job, plan }: Fire, now: Date): boolean {
    const row = this.database.jobs.get(job.jobId);
    return (
      row?.nextFireAt?.getTime() === job.nextFireAt.getTime() &&
      row.revision === job.revision &&
      String(row.inserts) === job.inserts &&
      plan.lastFireAt <= now
    );
  }

  private move({ job, plan }: Fire, taken: number): void {
    const row = this.database.jobs.get(job.jobId)!;
    const fired = row.fired + taken;
    const isOver = job.policy.maxRuns !== null && fired >= job.policy.maxRuns;
    const nextFireAt = isOver ? null : plan.nextFireAt;
    const state = nextFireAt === null ? 'finished' : row.state;
    const { lastFireAt } = plan;
    this.database.jobs.set(row.id, { ...row, fired, nextFireAt, lastFireAt, state });
  }
}

function read(row: JobRow) {
  const policy = Object.fromEntries(POLICY_NAMES.map((name) => [name, row[name]]));
  const { id: jobId, task, trigger, revision, fired } = row;
  const plan = { nextFireAt: row.nextFireAt!, revision, inserts: String(row.inserts), fired };
  return readDueJob({ jobId, task, trigger, policy, ...plan });
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

const byJobAndFireTime = (a: Omit<RunRow, 'id'>, b: Omit<RunRow, 'id'>) =>
  a.jobId === b.jobId ? a.fireAt.getTime() - b.fireAt.getTime() : a.jobId < b.jobId ? -1 : 1;
