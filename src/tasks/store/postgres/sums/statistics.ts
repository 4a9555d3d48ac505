import type { HourSum, Sum } from '../../../domain/series.js';
import {
  Statistics,
  type HourSums,
  type JobHour,
  type JobHours,
  type JobStanding,
  type JobStandings,
  type Reach,
} from '../../statistics.js';
import { CLOCK, type ClockShift } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { TasksDatabase } from '../tasks-database.js';
import { endedLately, LAST, reach } from './ended-lately.js';
import { hourOf, sumsOf } from './sums-of.js';

interface StoredReach {
  readonly now: string;
  readonly to: string | null;
  readonly from: string | null;
}

type StoredJobHour = Omit<JobHour, 'hour'> & { readonly hour: string };

interface StoredJobHours {
  readonly id: string;
  readonly hours: readonly StoredJobHour[];
}

type StoredSum = Sum & { readonly hour: string };

interface StoredStanding {
  readonly id: string;
  readonly daySince: string;
  readonly ended: readonly Sum[];
  readonly failures: number;
  readonly since: string | null;
}

/** What is summed up, and what has ended since, as far as `where` has it. */
const known = (quoted: string, where: string) => `
    known AS MATERIALIZED (
      SELECT job_id, hour, state, runs, lags, durations FROM ${quoted}.run_hours WHERE ${where}
      UNION ALL
      SELECT job_id, hour, state, runs, lags, durations FROM sums WHERE ${where})`;

export class PostgresStatistics extends Statistics {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
  ) {
    super();
  }

  async hours(from: Date, before: Date, job = ''): Promise<HourSums> {
    const { quoted } = this.schema;
    const [row] = await this.query<{ reach: StoredReach; sums: readonly StoredSum[] }>(
      `WITH ${endedLately(quoted)}, ${sumsOf('lately')},
       ${known(quoted, 'job_id = $2 AND hour >= $3 AND hour < $4')}
       SELECT ${reach(quoted)} AS reach,
              (SELECT coalesce(json_agg(json_build_object(
                 'hour', hour, 'state', state, 'runs', runs, 'lags', lags, 'durations', durations)
                 ORDER BY hour), '[]') FROM known) AS sums`,
      [job, from, before],
    );
    return { ...reachOf(row!.reach), hours: row!.sums.map(hourSumOf) };
  }

  async hoursOfJobs(jobs: readonly string[], from: Date, before: Date): Promise<JobHours> {
    const { quoted } = this.schema;
    const asked = 'job_id = ANY ($2::text[]) AND hour >= $3 AND hour < $4';
    const [row] = await this.query<{ reach: StoredReach; jobs: readonly StoredJobHours[] }>(
      `WITH ${endedLately(quoted)},
       counted AS (
         SELECT job_id, hour, state, runs FROM ${quoted}.run_hours WHERE ${asked}
         UNION ALL
         SELECT * FROM (SELECT job_id, ${hourOf('finished_at')} AS hour, state, 1 FROM lately) l
         WHERE ${asked}),
       by_state AS (
         SELECT job_id, hour, state, sum(runs)::int AS runs FROM counted GROUP BY job_id, hour, state),
       by_hour AS (
         SELECT job_id, hour, json_object_agg(state, runs) AS runs FROM by_state GROUP BY job_id, hour),
       by_job AS (
         SELECT job_id AS id, json_agg(json_build_object('hour', hour, 'runs', runs) ORDER BY hour) AS hours
         FROM by_hour GROUP BY job_id)
       SELECT ${reach(quoted)} AS reach, (SELECT coalesce(json_agg(by_job), '[]') FROM by_job) AS jobs`,
      [jobs, from, before],
    );
    return {
      ...reachOf(row!.reach),
      jobs: new Map(row!.jobs.map(({ id, hours }) => [id, hours.map(jobHourOf)])),
    };
  }

  async ofJobs(jobs: readonly string[]): Promise<JobStandings> {
    const { quoted } = this.schema;
    const rows = await this.query<StoredStanding>(
      `WITH day AS MATERIALIZED (SELECT ${hourOf(CLOCK)} - interval '24 hours' AS since),
       ${endedLately(quoted)}, ${sumsOf('lately')}, ${LAST},
       ${known(quoted, 'job_id = ANY ($2::text[]) AND hour >= (SELECT since FROM day)')}
       SELECT j.id, coalesce(k.ended, '[]') AS ended, to_json(day.since) AS "daySince",
              CASE WHEN l.failed IS FALSE THEN 0
                   ELSE greatest(o.failures, CASE WHEN l.failed THEN 1 END, 0) END AS failures,
              to_json(coalesce(o.failing_since, l.finished_at)) AS since
       FROM unnest($2::text[]) j (id) CROSS JOIN day
         LEFT JOIN ${quoted}.job_outcomes o ON o.job_id = j.id
         LEFT JOIN last l ON l.job_id = j.id
         LEFT JOIN (
           SELECT job_id, json_agg(json_build_object(
                    'state', state, 'runs', runs, 'lags', lags, 'durations', durations)) AS ended
           FROM known GROUP BY job_id) k ON k.job_id = j.id`,
      [jobs],
    );
    return {
      since: new Date(rows[0]?.daySince ?? 0),
      jobs: new Map(rows.map((row) => [row.id, standingOf(row)])),
    };
  }

  private query<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.database.use((manager) =>
      manager.query<Row[]>(sql, [this.shift.bound, ...parameters]),
    );
  }
}

function standingOf({ ended, failures, since }: StoredStanding): JobStanding {
  const told = { inARow: failures, since: since === null ? null : new Date(since) };
  return { ended, failures: failures === 0 ? null : told };
}

function reachOf({ now, to, from }: StoredReach): Reach {
  return {
    now: new Date(now),
    countedTo: new Date(to ?? now),
    countedFrom: from === null ? null : new Date(from),
  };
}

const hourSumOf = ({ hour, ...sum }: StoredSum): HourSum => ({ ...sum, hour: new Date(hour) });

const jobHourOf = ({ hour, runs }: StoredJobHour): JobHour => ({ hour: new Date(hour), runs });
