import { hourOf, summaryOf } from '../../../domain/series.js';
import type { ClusterStats } from '../../cluster-store.js';
import { MOST_COUNTED } from '../../page.js';
import type { HourSums, Statistics } from '../../statistics.js';
import { CLOCK } from '../database-time.js';
import { isAlive } from '../nodes/live-nodes.js';
import type { SchemaName } from '../schema-name.js';

const DAY_MS = 86_400_000;

interface Stored {
  readonly jobs: Readonly<Record<string, number>>;
  readonly open: number;
  readonly running: number;
  readonly pending: number;
  readonly oldest: string | null;
  readonly liveNodes: number;
  readonly now: string;
}

/** What is there now, for whoever looks at the whole. $2 dead-after in ms. */
export const selectStats = ({ quoted }: SchemaName) =>
  `WITH waiting AS (
     SELECT run_at FROM ${quoted}.runs
     WHERE finished_at IS NULL AND queued AND run_at <= ${CLOCK} ORDER BY id LIMIT ${MOST_COUNTED})
   SELECT (SELECT coalesce(jsonb_object_agg(state, n), '{}')
           FROM (SELECT state, count(*)::int AS n FROM ${quoted}.jobs GROUP BY state) j) AS jobs,
          (SELECT count(*)::int FROM (
             SELECT FROM ${quoted}.runs WHERE finished_at IS NULL LIMIT ${MOST_COUNTED}) o) AS open,
          (SELECT count(*)::int FROM (
             SELECT FROM ${quoted}.runs WHERE state = 'running' LIMIT ${MOST_COUNTED}) r) AS running,
          (SELECT count(*)::int FROM waiting) AS pending,
          (SELECT to_json(min(run_at)) FROM waiting) AS oldest,
          (SELECT count(*)::int FROM ${quoted}.nodes
           WHERE ${isAlive('$2')}) AS "liveNodes",
          to_json(${CLOCK}) AS now`;

/** The sums of the last day, in whole hours. @param now the database's clock */
export async function lastDay(
  statistics: Statistics,
  now: Date,
): Promise<HourSums & { since: Date }> {
  const since = hourOf(new Date(now.getTime() - DAY_MS));
  const sums = await statistics.hours(since, new Date(now.getTime() + DAY_MS));
  return { ...sums, since };
}

export function statsOf(
  { jobs, open, running, pending, oldest, liveNodes, now }: Stored,
  { hours, since, countedTo }: HourSums & { since: Date },
): ClusterStats {
  const { runs, lagMs, durationMs } = summaryOf(hours);
  const waiting = open - running;
  return {
    jobs,
    runs: { ...runs, ...(waiting > 0 && { pending: waiting }), ...(running > 0 && { running }) },
    since,
    countedTo,
    lagMs,
    durationMs,
    backlog: { pending, oldestRunAt: oldest === null ? null : new Date(oldest) },
    liveNodes,
    now: new Date(now),
  };
}
