import type { Fire, Fired, FiredRow } from '../../fire-ledger.js';
import { claimedRun, type ClaimedRow } from '../runs/claimed-runs.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { EnginePool } from '../session/engine-pool.js';
import { firePlain } from './fire-plain.js';

/** As JSON has it: instants are texts. */
interface ClaimedJson extends Omit<ClaimedRow, 'fire_at' | 'run_at' | 'next_in_ms'> {
  readonly fire_at: string;
  readonly run_at: string;
}
export type FiredRowJson = Omit<FiredRow, 'fireAt'> & { readonly fireAt: string };

interface Answer extends Omit<Fired, 'moved' | 'rows' | 'claimed' | 'skipped'> {
  readonly moved: string[];
  readonly claimed: ClaimedJson[] | null;
  readonly rows: FiredRowJson[];
}

/** So many jobs are remembered at most. */
const MAX_CROWDED = 10_000;

/**
 * What of a batch can be fired by the statement for ordinary fires. Of a job that was in its own way the last time,
 * the next fire is not tried with it: of two fires one at most is tried in vain.
 */
export class PlainFires {
  private readonly crowded = new Set<string>();

  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {}

  /** Which are tried. */
  of<F extends Fire>(fires: readonly F[]): F[] {
    return fires.filter((fire) => isPlain(fire) && !this.crowded.delete(fire.job.jobId));
  }

  async fire(
    fencingToken: number,
    pauses: number,
    fires: readonly Fire[],
    wantsRows: boolean,
  ): Promise<Fired> {
    const { schema, shift, node, deadAfterMs } = this.options;
    const [row] = await this.pool.query<Answer>(firePlain(schema), [
      shift.bound,
      fencingToken,
      pauses,
      fires.map(({ job }) => job.jobId),
      fires.map(({ job }) => job.nextFireAt),
      fires.map(({ job }) => job.revision),
      fires.map(({ job }) => job.inserts),
      fires.map(({ plan }) => plan.nextFireAt),
      fires.map(({ plan }) => plan.candidates[0]!.runAt),
      fires.map(({ job }) => job.task),
      fires.map(({ job }) => job.policy.priority),
      fires.map(({ job }) => job.policy.overlap !== 'allow'),
      fires.map(({ here }) => here ?? false),
      schema.channel,
      wantsRows,
      node.id,
      deadAfterMs,
    ]);
    if (!row) throw new Error('the fire statement gave no answer');
    const moved = new Set(row.moved);
    if (row.led) this.remember(fires, moved);
    const claimed = (row.claimed ?? []).map(({ fire_at: fireAt, run_at: runAt, ...run }) =>
      claimedRun({
        ...run,
        fire_at: new Date(fireAt),
        run_at: new Date(runAt),
        next_in_ms: null,
      }),
    );
    return { ...row, moved, claimed, skipped: [], rows: row.rows.map(firedRow) };
  }

  private remember(fires: readonly Fire[], moved: ReadonlySet<string>): void {
    if (this.crowded.size > MAX_CROWDED) this.crowded.clear();
    for (const { job } of fires) if (!moved.has(job.jobId)) this.crowded.add(job.jobId);
  }
}

/** One fire time and nothing else, of a job whose runs need not be counted. */
const isPlain = ({ job, plan }: Fire) =>
  plan.candidates.length === 1 &&
  plan.ranges.length === 0 &&
  job.policy.maxRuns === null &&
  plan.lastFireAt.getTime() === job.nextFireAt.getTime();

export const firedRow = (row: FiredRowJson): FiredRow => ({
  ...row,
  fireAt: new Date(row.fireAt),
});
