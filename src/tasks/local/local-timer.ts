import type { JobRow } from '../store/memory/rows.js';

/** What makes a job of this process fire. */
export interface LocalTimer {
  /** The job is like this now. False: it needs another timer. */
  follow(job: JobRow): boolean;
  /** Ends it for good. */
  end(): void;
}
