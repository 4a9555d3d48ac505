import type { Failures } from '../domain/outcomes.js';
import type { RunState } from '../domain/run.js';
import type { HourSum, Sum } from '../domain/series.js';

/** How far sums reach. */
export interface Reach {
  /** What ended before is not all in them yet; null: all that there is. */
  readonly countedFrom: Date | null;
  /** What ended later is not in them yet. */
  readonly countedTo: Date;
  /** The store's clock. */
  readonly now: Date;
}

export interface HourSums extends Reach {
  /** In order; hours in which nothing ended have none. */
  readonly hours: readonly HourSum[];
}

/** How a job fares. */
export interface JobStanding {
  /** What ended lately, by state. */
  readonly ended: readonly Sum[];
  /** Null: its last run did not fail. */
  readonly failures: Failures | null;
}

export interface JobStandings {
  readonly since: Date;
  /** By the job's id; each that was asked for has one. */
  readonly jobs: ReadonlyMap<string, JobStanding>;
}

/** How many runs of a job ended in an hour, by state. */
export interface JobHour {
  /** The beginning of the hour. */
  readonly hour: Date;
  readonly runs: Readonly<Partial<Record<RunState, number>>>;
}

export interface JobHours extends Reach {
  /** By the job's id; those of which nothing ended are left out. */
  readonly jobs: ReadonlyMap<string, readonly JobHour[]>;
}

/**
 * What has ended, summed up: read from the sums that the leader makes and from the end of the ledger that
 * is not in them yet, so that it is as fresh as the ledger.
 */
export abstract class Statistics {
  /** By the hour of its end: of one job, or of all. @param before not this hour or later ones */
  abstract hours(from: Date, before: Date, job?: string): Promise<HourSums>;
  /** Of each of these jobs, in order; hours in which nothing ended have none. @param before as above */
  abstract hoursOfJobs(jobs: readonly string[], from: Date, before: Date): Promise<JobHours>;
  /** How each of these jobs fares, and what has ended of it since the hour 24 hours ago. */
  abstract ofJobs(jobs: readonly string[]): Promise<JobStandings>;
}
