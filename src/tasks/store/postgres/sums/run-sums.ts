import { RunSums, type Counted, type Judged } from '../../run-sums.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { EnginePool } from '../session/engine-pool.js';
import { countHour } from './count-hour.js';
import { BATCH, judgeJobs } from './judge-jobs.js';
import { checkHour, forgetHour, MOST_AT_ONCE, recountHour } from './recount-hour.js';

interface Checked {
  readonly summed: number;
  readonly ended: number;
  readonly old: boolean;
}

export class PostgresRunSums extends RunSums {
  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
  }

  async count(fencingToken: number, hour: Date | null = null): Promise<Counted | null> {
    const { schema, shift } = this.options;
    const [row] = await this.pool.query<Counted & { jobs: string[] | null }>(countHour(schema), [
      shift.bound,
      fencingToken,
      hour,
    ]);
    if (row === undefined) return null;
    const { jobs, ...counted } = row;
    // What ended long ago tells nothing new of its jobs: that is for `judge` to find out.
    for (let start = 0; hour === null && start < (jobs?.length ?? 0); start += BATCH) {
      const some = jobs!.slice(start, start + BATCH);
      await this.pool.query(judgeJobs(schema), [fencingToken, some, null]);
    }
    return counted;
  }

  async recount(fencingToken: number, hour: Date): Promise<boolean> {
    const { schema, shift, retentionDays } = this.options;
    const [row] = await this.pool.query<Checked>(checkHour(schema), [
      shift.bound,
      hour,
      retentionDays,
    ]);
    const { summed, ended, old } = row!;
    // What is deleted for its age is missing in the ledger first.
    if (summed === ended || (ended < summed && old)) return false;
    const mend = ended > MOST_AT_ONCE ? forgetHour(schema) : recountHour(schema);
    await this.pool.query(mend, [fencingToken, hour]);
    return true;
  }

  async judge(fencingToken: number, after = ''): Promise<Judged> {
    const { schema } = this.options;
    const [row] = await this.pool.query<Judged>(judgeJobs(schema), [fencingToken, null, after]);
    return row!;
  }
}
