import {
  FireLedger,
  type DueJob,
  type DueJobs,
  type Fire,
  type Fired,
} from '../store/fire-ledger.js';
import { readDueJob } from '../store/read-due-job.js';
import type { MemoryDatabase } from './memory-database.js';
import type { JobRow, RunRow } from './memory-rows.js';
import { NEW_RUN } from './memory-runs.js';

const DAY_MS = 86_400_000;

/** What the leader reads and writes when it fires. */
export class MemoryFireLedger extends FireLedger {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async due(withinMs: number, most: number): Promise<DueJobs> {
    const at = this.database.now();
    const until = at.getTime() + withinMs;
    const rows = [...this.database.jobs.values()]
      .filter(({ nextFireAt }) => nextFireAt !== null && nextFireAt.getTime() <= until)
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

  async fire(fencingToken: number, pauses: number, fires: readonly Fire[]): Promise<Fired> {
    const { lock, runs } = this.database;
    const at = this.database.now();
    const led = lock.fencingToken === fencingToken && !lock.paused && lock.pauses === pauses;
    const moved = led ? fires.filter((fire) => this.isAsRead(fire, at)) : [];
    const rows = moved.flatMap((fire) => this.rowsOf(fire, fencingToken, at));
    for (const fire of moved) this.move(fire);
    const inserted = rows.sort(byJobAndFireTime).flatMap((row) => runs.insert(row) ?? []);
    const pending = inserted.filter(({ state }) => state === 'pending').length;
    if (pending > 0) this.database.notify('runs');
    return { led, moved: new Set(moved.map(({ job }) => job.jobId)), pending, at };
  }

  async settle(fencingToken: number): Promise<number | null> {
    const { lock, runs, nodes } = this.database;
    if (lock.fencingToken !== fencingToken) return null;
    const lost = runs.live().filter((row) => {
      const node = nodes.get(row.nodeId ?? '');
      return row.state === 'running' && !(node && this.database.isAlive(node));
    });
    for (const row of lost) {
      const node = nodes.get(row.nodeId ?? '');
      const message =
        `Node ${node?.name ?? row.nodeId} was last heard of at ` +
        `${node?.heartbeatAt.toISOString() ?? 'an unknown time'}; the run was given up. ` +
        `It may have done some of its work.`;
      const error = { name: 'NodeLost', message };
      runs.write({ ...row, state: 'abandoned', finishedAt: this.database.now(), error });
    }
    return lost.length;
  }

  async prune(fencingToken: number): Promise<number> {
    const { lock, runs, nodes, options } = this.database;
    if (lock.fencingToken !== fencingToken) return 0;
    const before = new Date(this.database.now().getTime() - options.retentionDays * DAY_MS);
    for (const { id, heartbeatAt } of nodes.values()) if (heartbeatAt < before) nodes.delete(id);
    const old = runs.all().filter(({ finishedAt }) => finishedAt !== null && finishedAt < before);
    for (const row of old) runs.delete(row);
    return old.length;
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

  private move({ job, plan: { nextFireAt, lastFireAt } }: Fire): void {
    const row = this.database.jobs.get(job.jobId)!;
    const state = nextFireAt === null ? 'finished' : row.state;
    this.database.jobs.set(row.id, { ...row, nextFireAt, lastFireAt, state });
  }

  /** What becomes of a job's fire times. How many may start is decided from live runs. */
  private rowsOf({ job, plan }: Fire, fencingToken: number, at: Date): Omit<RunRow, 'id'>[] {
    const { policy, jobId, task } = job;
    const live = this.database.runs.live(jobId).length;
    const free = policy.overlap === 'skip' ? policy.maxInstances - live : Infinity;
    const base = { ...NEW_RUN, jobId, task, cause: 'fired', fencingToken, createdAt: at } as const;
    const { priority } = policy;
    const skipped = { ...base, priority, state: 'skipped', finishedAt: at } as const;
    return [
      ...plan.candidates.map((fireAt, i) =>
        i < free
          ? { ...base, priority, state: 'pending' as const, fireAt, runAt: fireAt }
          : { ...skipped, fireAt, runAt: fireAt, reason: 'overlapped' },
      ),
      ...plan.ranges.map(({ reason, from, to, count }) => ({
        ...skipped,
        fireAt: to,
        runAt: to,
        reason,
        coversFrom: from,
        coversTo: to,
        coversCount: count,
      })),
    ];
  }
}

function read(row: JobRow) {
  const { misfireGraceMs, coalesce, overlap, maxInstances, priority } = row;
  const { id: jobId, task, trigger, revision } = row;
  const policy = { misfireGraceMs, coalesce, overlap, maxInstances, priority };
  const plan = { nextFireAt: row.nextFireAt!, revision, inserts: String(row.inserts) };
  return readDueJob({ jobId, task, trigger, policy, ...plan });
}

const dueAt = ({ nextFireAt }: JobRow) => nextFireAt!.getTime();

const byJobAndFireTime = (a: Omit<RunRow, 'id'>, b: Omit<RunRow, 'id'>) =>
  a.jobId === b.jobId ? a.fireAt.getTime() - b.fireAt.getTime() : a.jobId < b.jobId ? -1 : 1;
