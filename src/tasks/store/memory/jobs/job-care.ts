import type { Log } from '../../../domain/log.js';
import { JobCare } from '../../job-store.js';
import type { MemoryDatabase } from '../database.js';
import { careForJobs, type CareFor } from './care-for-jobs.js';

/** What the leader looks after, all at once. */
export class MemoryJobCare extends JobCare {
  private readonly options: Omit<CareFor, 'judges'>;

  /** @param orphanAfterMs after how long a job that nobody knows becomes an orphan */
  constructor(
    private readonly database: MemoryDatabase,
    orphanAfterMs: number,
    log: Log,
  ) {
    super();
    this.options = { orphanAfterMs, log };
  }

  async care(judges = true): Promise<number | null> {
    return careForJobs(this.database, { ...this.options, judges });
  }
}
