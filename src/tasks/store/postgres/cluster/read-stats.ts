import type { ClusterStats } from '../../cluster-store.js';
import { CLOCK } from '../database-time.js';
import { isAlive } from '../nodes/live-nodes.js';
import type { SchemaName } from '../schema-name.js';

type Stored = Omit<ClusterStats, 'backlog' | 'now'> & {
  readonly pending: number;
  readonly oldest: string | null;
  readonly now: string;
};

/** Counts, for whoever looks at the whole. $2 dead-after in ms. */
export const selectStats = ({ quoted }: SchemaName) =>
  `SELECT (SELECT coalesce(jsonb_object_agg(state, n), '{}')
           FROM (SELECT state, count(*)::int AS n FROM ${quoted}.jobs GROUP BY state) j) AS jobs,
          (SELECT coalesce(jsonb_object_agg(state, n), '{}')
           FROM (SELECT state, count(*)::int AS n FROM ${quoted}.runs
                 WHERE finished_at > ${CLOCK} - interval '1 day'
                    OR state IN ('pending', 'running')
                 GROUP BY state) r) AS runs,
          (SELECT count(*)::int FROM ${quoted}.runs WHERE queued AND run_at <= ${CLOCK}) AS pending,
          (SELECT to_json(min(run_at)) FROM ${quoted}.runs WHERE queued AND run_at <= ${CLOCK})
            AS oldest,
          (SELECT count(*)::int FROM ${quoted}.nodes
           WHERE ${isAlive('$2')}) AS "liveNodes",
          to_json(${CLOCK}) AS now`;

export function statsOf({ pending, oldest, now, ...stats }: Stored): ClusterStats {
  const oldestRunAt = oldest === null ? null : new Date(oldest);
  return { ...stats, backlog: { pending, oldestRunAt }, now: new Date(now) };
}
