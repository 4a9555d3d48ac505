import type { HourSum, Sum } from '../../../domain/series.js';
import { Statistics, type HourSums, type JobStanding, type Reach } from '../../statistics.js';
import type { ClockShift } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { TasksDatabase } from '../tasks-database.js';
import { endedLately, reach } from './ended-lately.js';
import { sumsOf } from './sums-of.js';

interface StoredReach {
  readonly now: string;
  readonly to: string | null;
  readonly from: string | null;
}

type StoredSum = Sum & { readonly hour: string };

interface StoredStanding {
  readonly id: string;
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

  async ofJobs(jobs: readonly string[], from: Date): Promise<ReadonlyMap<string, JobStanding>> {
    const { quoted } = this.schema;
    const rows = await this.query<StoredStanding>(
      `WITH ${endedLately(quoted)}, ${sumsOf('lately')},
       ${known(quoted, 'job_id = ANY ($2::text[]) AND hour >= $3')}
       SELECT j.id, coalesce(k.ended, '[]') AS ended, coalesce(o.failures, 0) AS failures,
              to_json(o.failing_since) AS since
       FROM unnest($2::text[]) j (id)
         LEFT JOIN ${quoted}.job_outcomes o ON o.job_id = j.id
         LEFT JOIN (
           SELECT job_id, json_agg(json_build_object(
                    'state', state, 'runs', runs, 'lags', lags, 'durations', durations)) AS ended
           FROM known GROUP BY job_id) k ON k.job_id = j.id
       WHERE $1::interval IS NOT NULL`,
      [jobs, from],
    );
    return new Map(
      rows.map(({ id, ended, failures, since }) => {
        const told = { inARow: failures, since: since === null ? null : new Date(since) };
        return [id, { ended, failures: failures === 0 ? null : told }];
      }),
    );
  }

  private query<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.database.use((manager) =>
      manager.query<Row[]>(sql, [this.shift.bound, ...parameters]),
    );
  }
}

function reachOf({ now, to, from }: StoredReach): Reach {
  return {
    now: new Date(now),
    countedTo: new Date(to ?? now),
    countedFrom: from === null ? null : new Date(from),
  };
}

const hourSumOf = ({ hour, ...sum }: StoredSum): HourSum => ({ ...sum, hour: new Date(hour) });
