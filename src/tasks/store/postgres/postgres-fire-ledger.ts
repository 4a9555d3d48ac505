import { FireLedger, type DueJob, type DueJobs, type Fire, type Fired } from '../fire-ledger.js';
import { readDueJob } from '../read-due-job.js';
import type { PostgresStoreOptions } from './engine-options.js';
import type { EnginePool } from './engine-pool.js';
import { dueJobs } from './sql/due-jobs.js';
import { fire } from './sql/fire.js';
import { prune } from './sql/prune.js';
import { settle } from './sql/settle.js';

interface DueRow {
  jobId: string;
  task: string;
  trigger: unknown;
  nextFireAt: string;
  revision: number;
  inserts: string;
  misfireGraceMs: unknown;
  coalesce: unknown;
  overlap: unknown;
  maxInstances: unknown;
  priority: unknown;
}

export class PostgresFireLedger extends FireLedger {
  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
  }

  async due(withinMs: number, most: number): Promise<DueJobs> {
    const { schema, shift } = this.options;
    const [row] = await this.pool.query<{
      jobs: DueRow[];
      pauses: { from: string; to: string | null }[];
      pause_count: number;
      paused: boolean;
      at: Date;
    }>(dueJobs(schema, most), [shift.bound, withinMs]);
    if (!row) throw new Error(`the row of ${schema.name}.leader_lock is missing`);
    const jobs: DueJob[] = [];
    const unreadable: DueJobs['unreadable'][number][] = [];
    for (const due of row.jobs) {
      const job = read(due);
      if ('reason' in job) unreadable.push(job);
      else jobs.push(job);
    }
    return {
      jobs,
      unreadable,
      more: row.jobs.length >= most,
      at: row.at,
      pauses: {
        paused: row.paused,
        count: row.pause_count,
        stretches: row.pauses.map(({ from, to }) => ({
          from: new Date(from),
          to: to === null ? null : new Date(to),
        })),
      },
    };
  }

  async fire(fencingToken: number, pauses: number, fires: readonly Fire[]): Promise<Fired> {
    const { schema, shift } = this.options;
    const candidates = fires.flatMap(({ job, plan }) =>
      plan.candidates.map((at) => ({ jobId: job.jobId, at })),
    );
    const ranges = fires.flatMap(({ job, plan }) =>
      plan.ranges.map((range) => ({ jobId: job.jobId, ...range })),
    );
    const [row] = await this.pool.query<{
      led: boolean;
      moved: string[];
      pending: number;
      at: Date;
    }>(fire(schema), [
      shift.bound,
      fencingToken,
      pauses,
      fires.map(({ job }) => job.jobId),
      fires.map(({ job }) => job.nextFireAt),
      fires.map(({ job }) => job.revision),
      fires.map(({ job }) => job.inserts),
      fires.map(({ plan }) => plan.nextFireAt),
      fires.map(({ plan }) => plan.lastFireAt),
      fires.map(({ job }) => job.task),
      fires.map(({ job }) => job.policy.priority),
      fires.map(({ job: { policy } }) => (policy.overlap === 'skip' ? policy.maxInstances : null)),
      candidates.map(({ jobId }) => jobId),
      candidates.map(({ at }) => at),
      ranges.map(({ jobId }) => jobId),
      ranges.map(({ reason }) => reason),
      ranges.map(({ from }) => from),
      ranges.map(({ to }) => to),
      ranges.map(({ count }) => count),
      schema.channel,
    ]);
    if (!row) throw new Error('the fire statement gave no answer');
    return { led: row.led, moved: new Set(row.moved), pending: row.pending, at: row.at };
  }

  async settle(fencingToken: number): Promise<number | null> {
    const { schema, shift, deadAfterMs } = this.options;
    const [row] = await this.pool.query<{ led: boolean; settled: number }>(settle(schema), [
      shift.bound,
      fencingToken,
      deadAfterMs,
    ]);
    return row?.led ? row.settled : null;
  }

  async prune(fencingToken: number): Promise<number> {
    const { schema, shift, retentionDays } = this.options;
    const [row] = await this.pool.query<{ pruned: number }>(prune(schema), [
      shift.bound,
      fencingToken,
      retentionDays,
    ]);
    return row?.pruned ?? 0;
  }
}

function read(row: DueRow) {
  const { misfireGraceMs, coalesce, overlap, maxInstances, priority, nextFireAt, ...rest } = row;
  const policy = { misfireGraceMs, coalesce, overlap, maxInstances, priority };
  return readDueJob({ ...rest, policy, nextFireAt: new Date(nextFireAt) });
}
