import { failuresOf } from '../../../domain/outcomes.js';
import { sizeOf } from '../../../domain/histogram.js';
import { hourOf, summaryOf, type HourSum } from '../../../domain/series.js';
import {
  Statistics,
  type HourSums,
  type JobHour,
  type JobHours,
  type JobStanding,
  type JobStandings,
} from '../../statistics.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';

const DAY_MS = 86_400_000;

/** In memory the sums are made when they are asked for. */
export class MemoryStatistics extends Statistics {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async hours(from: Date, before: Date, job?: string): Promise<HourSums> {
    const now = this.database.now();
    const hours = this.ended(job)
      .map(sumOf)
      .filter(({ hour }) => hour >= from && hour < before)
      .sort((a, b) => a.hour.getTime() - b.hour.getTime());
    return { countedFrom: null, countedTo: now, now, hours };
  }

  async hoursOfJobs(jobs: readonly string[], from: Date, before: Date): Promise<JobHours> {
    const found = new Map<string, readonly JobHour[]>();
    for (const job of jobs) {
      const { hours } = await this.hours(from, before, job);
      const byHour = new Map<number, HourSum[]>();
      for (const sum of hours) {
        const at = sum.hour.getTime();
        byHour.set(at, [...(byHour.get(at) ?? []), sum]);
      }
      if (byHour.size === 0) continue;
      found.set(
        job,
        [...byHour].map(([at, sums]) => ({ hour: new Date(at), runs: summaryOf(sums).runs })),
      );
    }
    const now = this.database.now();
    return { countedFrom: null, countedTo: now, now, jobs: found };
  }

  async ofJobs(jobs: readonly string[]): Promise<JobStandings> {
    const since = new Date(hourOf(this.database.now()).getTime() - DAY_MS);
    const standings = jobs.map((job): [string, JobStanding] => {
      const ended = this.ended(job);
      const lately = ended.map(sumOf).filter(({ hour }) => hour >= since);
      const sums = lately.map(({ hour: _hour, ...sum }) => sum);
      return [job, { ended: sums, failures: failuresOf(ended.toReversed()) }];
    });
    return { since, jobs: new Map(standings) };
  }

  private ended(job: string | undefined): readonly RunRow[] {
    const rows = this.database.runs.all();
    return rows.filter(
      ({ jobId, finishedAt }) => finishedAt !== null && (job === undefined || jobId === job),
    );
  }
}

/** One run as a sum. */
function sumOf({ state, runAt, startedAt, finishedAt }: RunRow): HourSum {
  const histogram = (from: Date | null, to: Date | null) =>
    from && to ? { [sizeOf(to.getTime() - from.getTime())]: 1 } : {};
  return {
    hour: hourOf(finishedAt!),
    state,
    runs: 1,
    lags: histogram(runAt, startedAt),
    durations: histogram(startedAt, finishedAt),
  };
}
