import { runsLeft } from '../../../domain/fire-plan.js';
import {
  FireLedger,
  firedTogether,
  type DueJobs,
  type Fire,
  type Fired,
  type Skips,
  type NodesAtWork,
  type Settled,
} from '../../fire-ledger.js';
import {
  readDueJob,
  type StoredDueJob,
  type DueJob,
  type DueJobKey,
} from '../../../domain/due-job.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { EnginePool } from '../session/engine-pool.js';
import { dueJobs } from './due-jobs.js';
import { fire } from './fire.js';
import { KnownPauses } from './known-pauses.js';
import { firedRow, PlainFires, type FiredRowJson } from './plain-fires.js';
import { nodesAtWork } from './nodes-at-work.js';
import { release } from './release.js';
import { settle } from './settle.js';

/** As JSON has it: instants are texts. */
type DueRow = Omit<StoredDueJob, 'nextFireAt'> & { readonly nextFireAt: string };

export class PostgresFireLedger extends FireLedger {
  private readonly plain: PlainFires;
  private readonly pauses: KnownPauses;

  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
    this.plain = new PlainFires(options, pool);
    this.pauses = new KnownPauses(options.schema, pool);
  }

  async due(
    withinMs: number,
    most: number,
    except: readonly DueJobKey[] = [],
    from?: Date,
  ): Promise<DueJobs> {
    const { schema, shift } = this.options;
    const [row] = await this.pool.query<{
      jobs: DueRow[];
      pause_count: number;
      paused: boolean;
      at: Date;
      atMs: number;
    }>(dueJobs(schema, most), [
      shift.bound,
      withinMs,
      except.map(({ jobId }) => jobId),
      except.map(({ revision }) => revision),
      from ?? null,
    ]);
    if (!row) throw new Error(`the row of ${schema.name}.leader_lock is missing`);
    const [earliest = null] = row.jobs;
    const since = earliest && new Date(earliest.nextFireAt);
    const stretches = await this.pauses.since(since, row.pause_count);
    const jobs: DueJob[] = [];
    const unreadable: DueJobs['unreadable'][number][] = [];
    for (const due of row.jobs) {
      const job = readDueJob({ ...due, nextFireAt: new Date(due.nextFireAt) });
      if ('reason' in job) unreadable.push(job);
      else jobs.push(job);
    }
    return {
      jobs,
      unreadable,
      more: row.jobs.length >= most,
      at: row.at,
      atMs: row.atMs,
      pauses: { paused: row.paused, count: row.pause_count, stretches },
    };
  }

  async fire(
    fencingToken: number,
    pauses: number,
    fires: readonly Fire[],
    wantsRows = false,
  ): Promise<Fired> {
    const plain = this.plain.of(fires);
    if (plain.length === 0) return this.fireAny(fencingToken, pauses, fires, wantsRows);
    const fired = await this.plain.fire(fencingToken, pauses, plain, wantsRows);
    const left = fires.filter(({ job }) => !fired.moved.has(job.jobId));
    if (left.length === 0 || !fired.led) return fired;
    return firedTogether([fired, await this.fireAny(fencingToken, pauses, left, wantsRows)]);
  }

  private async fireAny(
    fencingToken: number,
    pauses: number,
    fires: readonly Fire[],
    wantsRows: boolean,
  ): Promise<Fired> {
    const { schema, shift } = this.options;
    const candidates = fires.flatMap(({ plan }) => plan.candidates);
    const ranges = fires.flatMap(({ plan }) => plan.ranges);
    const candidatesOf = slices(fires.map(({ plan }) => plan.candidates.length));
    const rangesOf = slices(fires.map(({ plan }) => plan.ranges.length));
    const [row] = await this.pool.query<{
      led: boolean;
      moved: string[];
      pending: number;
      skipped: Skips[];
      rows: FiredRowJson[];
      at: Date;
      atMs: number;
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
      fires.map(({ job }) => job.policy.overlap),
      fires.map(({ job }) => job.policy.maxInstances),
      fires.map(({ job }) => job.policy.bufferLimit),
      fires.map(({ job }) => job.policy.maxRuns),
      fires.map(mayEnd),
      candidatesOf.first,
      candidatesOf.many,
      candidates.map(({ fireAt }) => fireAt),
      candidates.map(({ runAt }) => runAt),
      rangesOf.first,
      rangesOf.many,
      ranges.map(({ reason }) => reason),
      ranges.map(({ from }) => from),
      ranges.map(({ to }) => to),
      ranges.map(({ count }) => count),
      schema.channel,
      wantsRows,
    ]);
    if (!row) throw new Error('the fire statement gave no answer');
    const { moved, rows } = row;
    return { ...row, moved: new Set(moved), rows: rows.map(firedRow), claimed: [] };
  }

  async release(fencingToken: number): Promise<number | null> {
    const { schema, shift } = this.options;
    const [row] = await this.pool.query<{ led: boolean; released: number }>(release(schema), [
      shift.bound,
      fencingToken,
      schema.channel,
    ]);
    return row?.led ? row.released : null;
  }

  async atWork(): Promise<NodesAtWork> {
    const { schema, shift, node, deadAfterMs } = this.options;
    const [row] = await this.pool.query<NodesAtWork & { ownSilenceMs: number | null }>(
      nodesAtWork(schema),
      [shift.bound, node.id, deadAfterMs],
    );
    const { nodes = [], lost = [] } = row ?? {};
    return { nodes, lost, ownSilenceMs: row?.ownSilenceMs ?? Infinity };
  }

  async settle(fencingToken: number, alive: readonly string[] = []): Promise<Settled | null> {
    const { schema, shift, deadAfterMs } = this.options;
    const [row] = await this.pool.query<Settled & { led: boolean }>(settle(schema), [
      shift.bound,
      fencingToken,
      deadAfterMs,
      schema.channel,
      alive,
    ]);
    if (!row?.led) return null;
    const { abandoned, rerun, runs } = row;
    return { abandoned, rerun, runs };
  }
}

/** With this fire the job has had its last fire time, or may have had all of its runs. */
const mayEnd = ({ job, plan }: Fire) =>
  plan.nextFireAt === null || plan.candidates.length >= runsLeft(job);

/** Where each job's part of an array begins, counted from 1, and how long it is. */
function slices(lengths: readonly number[]) {
  let next = 1;
  const first = lengths.map((length) => (next += length) - length);
  return { first, many: lengths };
}
