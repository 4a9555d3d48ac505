import {
  LATE_MS,
  MISFIRED_FOR_MS,
  OLD_PAUSE_MS,
  type JobGroup,
} from '../../../domain/problems/situation.js';
import { MAX_NAMED, type Troubles } from '../../cluster-store.js';
import { MOST_COUNTED } from '../../page.js';
import { CLOCK, interval, STATEMENT_CLOCK } from '../database-time.js';
import { jobText, storedJob } from '../jobs/job-row.js';
import type { SchemaName } from '../schema-name.js';
import { endedLately, LAST } from '../sums/ended-lately.js';

interface StoredGroup {
  readonly count: number;
  readonly jobs: readonly {
    readonly id: string;
    readonly name: string;
    readonly since: string | null;
    readonly inARow?: number;
  }[];
}

type GroupName = 'unknown' | 'failing' | 'misfired' | 'orphaned' | 'pausedLong' | 'unsettled';

export type StoredTroubles = Readonly<Record<GroupName, StoredGroup>> & {
  /** Those that are due, the earliest first, each with all that it holds. */
  readonly overdue: { readonly count: number; readonly jobs: readonly string[] };
  readonly waiting: { readonly count: number; readonly oldest: string | null };
};

/** So many of the latest skipped rows are looked at for those that were missed. */
const MAX_SKIPPED = 2_000;

const ms = (n: number) => `interval '${n} milliseconds'`;

/** Jobs `j`, and since when it is so: counted, and the first of them named. @param more fields of each */
const group = (select: string, more = '') =>
  `(SELECT json_build_object('count', count(*)::int, 'jobs', coalesce(
      json_agg(json_build_object('id', id, 'name', name, 'since', since${more}) ORDER BY since, id)
        FILTER (WHERE nth <= ${MAX_NAMED}), '[]'))
    FROM (SELECT *, row_number() OVER (ORDER BY since, id) AS nth
          FROM (${select} LIMIT ${MOST_COUNTED}) s) n)`;

/** What is wrong with jobs and runs, each by an index of its own. $2 dead-after in ms. */
export const selectTroubles = ({ quoted }: SchemaName) =>
  `WITH ${endedLately(quoted)}, ${LAST},
   due AS MATERIALIZED (
     SELECT job_id, next_fire_at FROM ${quoted}.job_plans
     WHERE next_fire_at < ${STATEMENT_CLOCK} - ${ms(LATE_MS)}
     ORDER BY next_fire_at, job_id LIMIT ${MOST_COUNTED}),
   waiting AS MATERIALIZED (
     SELECT run_at FROM ${quoted}.runs
     WHERE finished_at IS NULL AND queued AND run_at <= ${CLOCK}
       AND task <> ALL (ARRAY(SELECT task FROM ${quoted}.jobs WHERE unknown_since IS NOT NULL))
     ORDER BY id LIMIT ${MOST_COUNTED})
   SELECT json_build_object(
     'overdue', json_build_object(
       'count', (SELECT count(*)::int FROM due),
       'jobs', (SELECT coalesce(json_agg(job), '[]') FROM (
          SELECT ${jobText} AS job
          FROM (SELECT * FROM due ORDER BY next_fire_at, job_id LIMIT ${MAX_NAMED}) d
            JOIN ${quoted}.jobs j ON j.id = d.job_id JOIN ${quoted}.job_plans p ON p.job_id = d.job_id
          ORDER BY d.next_fire_at, d.job_id) o)),
     'unknown', ${group(
       `SELECT id, name, unknown_since AS since FROM ${quoted}.jobs
        WHERE unknown_since IS NOT NULL AND state IN ('active', 'paused')`,
     )},
     'failing', ${group(
       `SELECT j.id, j.name, coalesce(o.failing_since, l.finished_at) AS since,
               greatest(o.failures, 1) AS failures
        FROM ${quoted}.jobs j
          LEFT JOIN ${quoted}.job_outcomes o ON o.job_id = j.id
            AND greatest(o.last_at, o.failing_since) >= j.created_at
          LEFT JOIN last l ON l.job_id = j.id AND l.finished_at >= j.created_at
        WHERE coalesce(l.failed, o.failures > 0)`,
       `, 'inARow', failures`,
     )},
     'misfired', ${group(
       `SELECT j.id, j.name, min(r.finished_at) AS since
        FROM (SELECT job_id, reason, finished_at FROM ${quoted}.runs
              WHERE state = 'skipped' AND finished_at IS NOT NULL
              ORDER BY id DESC LIMIT ${MAX_SKIPPED}) r
          JOIN ${quoted}.jobs j ON j.id = r.job_id
        WHERE r.reason = 'misfired' AND r.finished_at > ${CLOCK} - ${ms(MISFIRED_FOR_MS)}
        GROUP BY j.id, j.name`,
     )},
     'orphaned', ${group(
       `SELECT id, name, coalesce(orphaned_at, unknown_since) AS since FROM ${quoted}.jobs
        WHERE state = 'orphaned'`,
     )},
     'pausedLong', ${group(
       `SELECT id, name, paused_at AS since FROM ${quoted}.jobs
        WHERE state = 'paused' AND paused_at < ${CLOCK} - ${ms(OLD_PAUSE_MS)}`,
     )},
     'unsettled', ${group(
       `SELECT j.id, j.name, min(n.heartbeat_at) AS since
        FROM ${quoted}.runs r JOIN ${quoted}.nodes n ON n.id = r.node_id
          JOIN ${quoted}.jobs j ON j.id = r.job_id
        WHERE r.state = 'running' AND n.heartbeat_at < ${CLOCK} - ${interval('$2')} - ${ms(LATE_MS)}
        GROUP BY j.id, j.name`,
     )},
     'waiting', (SELECT json_build_object('count', count(*)::int, 'oldest', min(run_at)) FROM waiting)
   ) AS troubles`;

export function troublesOf({ overdue, waiting, ...groups }: StoredTroubles): Troubles {
  const due = overdue.jobs.map(storedJobSince);
  const unreadable = due.filter(({ isUnreadable }) => isUnreadable).map(({ job }) => job);
  const readable = due.filter(({ isUnreadable }) => !isUnreadable).map(({ job }) => job);
  const { count, oldest } = waiting;
  return {
    overdue: { count: overdue.count - unreadable.length, jobs: readable },
    unreadable: { count: unreadable.length, jobs: unreadable },
    unknown: groupOf(groups.unknown),
    failing: groupOf(groups.failing),
    misfired: groupOf(groups.misfired),
    orphaned: groupOf(groups.orphaned),
    pausedLong: groupOf(groups.pausedLong),
    unsettled: groupOf(groups.unsettled),
    waiting: { count, oldestRunAt: oldest === null ? null : new Date(oldest) },
  };
}

function storedJobSince(text: string) {
  const { next_fire_at: since } = JSON.parse(text) as { readonly next_fire_at: string };
  const { id, name, state } = storedJob(text);
  return { job: { id, name, since: new Date(since) }, isUnreadable: state === 'unreadable' };
}

const groupOf = ({ count, jobs }: StoredGroup): JobGroup => ({
  count,
  jobs: jobs.map(({ since, ...job }) => ({
    ...job,
    since: since === null ? null : new Date(since),
  })),
});
