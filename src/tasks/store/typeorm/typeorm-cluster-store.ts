import {
  ClusterStore,
  type ClusterState,
  type LeaderInfo,
  type LeaderTerm,
  type NodeInfo,
} from '../cluster-store.js';
import { CLOCK, interval, STAMP, type ClockShift } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { TasksDatabase } from './tasks-database.js';

/** How many past terms are shown. */
const MOST_TERMS = 20;

const LOCK = `name = 'scheduler'`;

export class TypeormClusterStore extends ClusterStore {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
    private readonly deadAfterMs: number,
  ) {
    super();
  }

  async state(): Promise<ClusterState> {
    const [row] = await this.query<ClusterState>(
      `SELECT paused, pause_reason AS "pauseReason", ${CLOCK} AS now
       FROM ${this.schema.quoted}.leader_lock WHERE ${LOCK}`,
    );
    if (!row) throw new Error('the row of the leader lock is missing');
    return row;
  }

  async leader(): Promise<LeaderInfo> {
    const { quoted } = this.schema;
    const [row] = await this.query<Omit<LeaderInfo, 'history'> & { history: StoredTerm[] }>(
      `WITH lead AS (
         SELECT l.*, l.node_id IS NOT NULL AND l.expires_at > ${CLOCK} AS held
         FROM ${quoted}.leader_lock l WHERE l.${LOCK}),
       terms AS (
         SELECT h.fencing_token AS "fencingToken", h.node_id AS "nodeId",
                coalesce(n.name, h.node_id::text) AS "nodeName", h.acquired_at AS "acquiredAt"
         FROM ${quoted}.leader_history h LEFT JOIN ${quoted}.nodes n ON n.id = h.node_id
         ORDER BY h.fencing_token DESC LIMIT ${MOST_TERMS})
       SELECT CASE WHEN held THEN l.node_id END AS "nodeId",
              CASE WHEN held THEN coalesce(n.name, l.node_id::text) END AS "nodeName",
              l.fencing_token::float8 AS "fencingToken",
              CASE WHEN held THEN l.acquired_at END AS "acquiredAt",
              CASE WHEN held THEN l.expires_at END AS "expiresAt",
              (SELECT coalesce(json_agg(terms), '[]') FROM terms) AS history
       FROM lead l LEFT JOIN ${quoted}.nodes n ON n.id = l.node_id`,
    );
    if (!row) throw new Error('the row of the leader lock is missing');
    return { ...row, history: row.history.map(termOf) };
  }

  nodes(): Promise<readonly NodeInfo[]> {
    return this.query<NodeInfo>(
      `SELECT id, name, version, roles,
              ARRAY(SELECT jsonb_object_keys(tasks) ORDER BY 1) AS tasks,
              started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
              stopped_at AS "stoppedAt",
              stopped_at IS NULL AND heartbeat_at > ${CLOCK} - ${interval('$2')} AS alive
       FROM ${this.schema.quoted}.nodes
       ORDER BY alive DESC, started_at DESC, id`,
      [this.deadAfterMs],
    );
  }

  /**
   * One statement that takes the row FOR UPDATE first. A plain update changes no key: it would not
   * wait for a fire or a claim on its way, nor be seen by one whose snapshot is older.
   */
  async pause(reason: string | null): Promise<void> {
    const { quoted, channel } = this.schema;
    await this.query(
      `WITH lock AS MATERIALIZED (
         SELECT name, paused FROM ${quoted}.leader_lock WHERE ${LOCK} FOR UPDATE),
       changed AS (
         UPDATE ${quoted}.leader_lock l
         SET paused = true, pause_reason = $2, pauses = l.pauses + 1
         FROM lock WHERE l.name = lock.name
         RETURNING lock.paused AS before),
       begun AS (
         INSERT INTO ${quoted}.cluster_pauses (started_at, reason)
         SELECT ${STAMP}, $2 FROM changed WHERE NOT before)
       SELECT pg_notify($3, 'jobs') FROM changed`,
      [reason, channel],
    );
  }

  async resume(): Promise<void> {
    const { quoted, channel } = this.schema;
    await this.query(
      `WITH lock AS MATERIALIZED (
         SELECT name FROM ${quoted}.leader_lock WHERE ${LOCK} AND paused FOR UPDATE),
       changed AS (
         UPDATE ${quoted}.leader_lock l
         SET paused = false, pause_reason = NULL, pauses = l.pauses + 1
         FROM lock WHERE l.name = lock.name
         RETURNING 1),
       ended AS (
         UPDATE ${quoted}.cluster_pauses SET ended_at = ${STAMP}
         WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM changed))
       SELECT pg_notify($2, 'jobs'), pg_notify($2, 'runs') FROM changed`,
      [channel],
    );
  }

  private query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.database.use((manager) =>
      manager.query<Row[]>(sql, [this.shift.bound, ...parameters]),
    );
  }
}

type StoredTerm = Omit<LeaderTerm, 'acquiredAt'> & { acquiredAt: string };

const termOf = (term: StoredTerm): LeaderTerm => ({
  ...term,
  acquiredAt: new Date(term.acquiredAt),
});
