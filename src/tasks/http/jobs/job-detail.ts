import { Injectable } from '@nestjs/common';
import type { Job } from '../../domain/job.js';
import { summaryOf } from '../../domain/series.js';
import { explainJobs, LOOKED_AT } from '../../service/explain-job.js';
import { ClusterStore } from '../../store/cluster-store.js';
import { RunStore } from '../../store/run-store.js';
import { Statistics, type JobStanding } from '../../store/statistics.js';
import { describe } from '../../triggers/words/describe.js';
import type { Included } from './job-query.dto.js';
import { jobDto, whyDto, type JobJson } from './job.dto.js';
import { briefRunDto, runDto } from '../runs/run.dto.js';

/** So many of a job's last runs are shown as a strip. */
const STRIP = 20;

/**
 * Jobs with what else is asked of them, so that a list of them is one request; and it takes as many
 * statements for one job as for a page of them.
 */
@Injectable()
export class JobDetail {
  constructor(
    private readonly runs: RunStore,
    private readonly cluster: ClusterStore,
    private readonly statistics: Statistics,
  ) {}

  async all(jobs: readonly Job[], included: readonly Included[]): Promise<JobJson[]> {
    const wants = (what: Included) => included.includes(what) && jobs.length > 0;
    // Of many jobs only the last run of each is read whole: the others tell by their states.
    const isList = jobs.length > 1;
    const whole = wants('why') && !isList ? LOOKED_AT : wants('why') || wants('lastRun') ? 1 : 0;
    const brief = wants('lastRuns') ? STRIP : wants('why') && isList ? LOOKED_AT : 0;
    const ids = jobs.map(({ id }) => id);
    const latest = whole + brief > 0 ? this.runs.latestOf(ids, whole, brief) : undefined;
    const { runs, cluster } = this;
    const [rows, whys, standings] = await Promise.all([
      latest,
      latest && wants('why') ? explainJobs(jobs, { runs, cluster }, latest) : undefined,
      wants('stats') ? this.statistics.ofJobs(ids) : undefined,
    ]);
    return jobs.map((job, nth) => {
      const standing = standings?.jobs.get(job.id);
      const of = rows?.get(job.id);
      const why = whys?.[nth];
      const [last] = of?.runs ?? [];
      return {
        ...jobDto(job),
        ...(wants('description') && { description: wordsOf(job) }),
        ...(why && { why: whyDto(why) }),
        ...(wants('lastRun') && { lastRun: last ? runDto(last) : null }),
        ...(wants('lastRuns') && { lastRuns: (of?.brief ?? []).map(briefRunDto) }),
        ...(standings && standing && statsDto(standings.since, standing)),
      };
    });
  }

  async one(job: Job, included: readonly Included[]): Promise<JobJson> {
    const [detail] = await this.all([job], included);
    return detail!;
  }
}

const statsDto = (since: Date, { ended, failures }: JobStanding) => ({
  stats: { since, ...summaryOf(ended) },
  failures: failures && { inARow: failures.inARow, since: failures.since },
});

/** When a job fires, in words; empty where this version cannot read its trigger. */
function wordsOf({ id, trigger }: Pick<Job, 'id' | 'trigger'>): string {
  try {
    return describe(trigger, { seed: id });
  } catch {
    return '';
  }
}
