import { REFUSED } from '../../cluster-store.js';
import { ChangeFeed, type Change, type Changes } from '../../change-feed.js';
import { CLOCK, type ClockShift } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { TasksDatabase } from '../tasks-database.js';

/** Runs are numbered in the order in which they are made, give or take so many. */
const NUMBERED_LATE = 1_000;

export class PostgresChangeFeed extends ChangeFeed {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
  ) {
    super();
  }

  async since(since: Date | null, limit: number): Promise<Changes> {
    if (since === null) {
      const [row] = await this.query<{ now: string }>(`SELECT to_json(${CLOCK}) AS now`, []);
      return { changes: [], more: false, now: new Date(row!.now) };
    }
    const rows = await this.query<{ now: string; change: (Change & { key: string }) | null }>(
      changes(this.schema, limit + 1),
      [since],
    );
    const found = rows.flatMap(({ change }) => (change ? [change] : []));
    return {
      changes: found.slice(0, limit).map(({ key, ...change }) => ({ key, change })),
      more: found.length > limit,
      now: new Date(rows[0]!.now),
    };
  }

  private query<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.database.use((manager) =>
      manager.query<Row[]>(sql, [this.shift.bound, ...parameters]),
    );
  }
}

/** What is told of a run, and nothing of what it was given or gave back. */
const RUN = 'r.id, r.job_id, r.state, r.attempt, r.created_at, r.started_at, r.finished_at';

/**
 * `$2` since. What was asked of runs is told by the runs themselves. Each part reads the end of an index, or one of the few rows that are live, and so costs
 * as much as has changed. There is always a row, for the clock; it is read first, so that nothing that
 * is stamped later is taken for older.
 */
const changes = ({ quoted }: SchemaName, limit: number) =>
  `WITH now AS MATERIALIZED (SELECT ${CLOCK} AS at),
   audited AS (
     SELECT a.at, 'a' || a.id AS key,
            CASE WHEN a.action LIKE 'job.%' AND a.job_id IS NOT NULL
              THEN jsonb_build_object('kind', 'job', 'jobId', a.job_id, 'revision', j.revision,
                                      'action', a.action)
              ELSE jsonb_build_object('kind', 'cluster', 'action', a.action) END AS change
     FROM ${quoted}.audit a LEFT JOIN ${quoted}.jobs j ON j.id = a.job_id
     WHERE a.at > $2 AND a.run_id IS NULL AND a.action NOT IN ('job.backfill', '${REFUSED}')
     ORDER BY a.at LIMIT ${limit}),
   finished AS (
     SELECT ${RUN} FROM ${quoted}.runs r WHERE r.finished_at > $2
     ORDER BY r.finished_at LIMIT ${limit}),
   started AS (
     SELECT ${RUN} FROM ${quoted}.runs r WHERE r.state = 'running' AND r.started_at > $2
     LIMIT ${limit}),
   made AS (
     SELECT ${RUN} FROM ${quoted}.runs r
     WHERE r.id > (SELECT coalesce(max(id), 0) FROM ${quoted}.runs) - ${NUMBERED_LATE}
       AND r.created_at > $2
     LIMIT ${limit}),
   ran AS (
     SELECT DISTINCT CASE WHEN r.state = 'pending' THEN r.created_at
              ELSE coalesce(r.finished_at, r.started_at, r.created_at) END AS at,
            concat_ws('.', 'r' || r.id, r.attempt, r.state) AS key,
            jsonb_build_object('kind', 'run', 'runId', r.id::text, 'jobId', r.job_id,
                               'state', r.state, 'attempt', r.attempt) AS change
     FROM (TABLE finished UNION ALL TABLE started UNION ALL TABLE made) r),
   led AS (
     SELECT acquired_at AS at, 'l' || fencing_token AS key,
            jsonb_build_object('kind', 'leader', 'nodeId', node_id,
                               'fencingToken', fencing_token) AS change
     FROM ${quoted}.leader_history WHERE acquired_at > $2),
   came AS (
     SELECT coalesce(stopped_at, started_at) AS at,
            'n' || id || CASE WHEN stopped_at IS NULL THEN '+' ELSE '-' END AS key,
            jsonb_build_object('kind', 'node', 'nodeId', id, 'stopped',
                               stopped_at IS NOT NULL) AS change
     FROM ${quoted}.nodes WHERE started_at > $2 OR stopped_at > $2)
   SELECT to_json(now.at) AS now, c.change
   FROM now LEFT JOIN (
     SELECT at, change || jsonb_build_object('key', key) AS change
     FROM (TABLE audited UNION ALL TABLE ran UNION ALL TABLE led UNION ALL TABLE came) u
     ORDER BY at LIMIT ${limit}) c ON true
   ORDER BY c.at`;
