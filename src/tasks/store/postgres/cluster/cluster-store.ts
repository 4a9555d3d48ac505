import { NodeNotFoundError } from '../../../domain/errors.js';
import type { Author } from '../../../domain/job-requests.js';
import {
  ClusterStore,
  type AuditQuery,
  type AuditRow,
  type ClusterState,
  type ClusterStats,
  type LeaderInfo,
  type LeaderTerm,
  type NodeInfo,
  type Obstacles,
  type Troubles,
} from '../../cluster-store.js';
import { CLOCK, type ClockShift } from '../database-time.js';
import { isAlive } from '../nodes/live-nodes.js';
import { obstaclesOf, selectObstacles, type StoredObstacles } from './read-obstacles.js';
import { selectTroubles, troublesOf, type StoredTroubles } from './read-troubles.js';
import type { Page } from '../../page.js';
import type { SchemaName } from '../schema-name.js';
import { drainNode, pauseCluster, resignLeader, resumeCluster } from './cluster-changes.js';
import { writeAudit } from './audit.js';
import { listAudit, listRequests } from './list-audit.js';
import { lastDay, selectStats, statsOf } from './read-stats.js';
import type { Statistics } from '../../statistics.js';
import type { TasksDatabase } from '../tasks-database.js';

/** So many nodes are shown: those that were heard of last. */
const MAX_NODES = 500;

/** How many past terms are shown. */
const MAX_TERMS = 20;

const LOCK = `name = 'scheduler'`;

export class PostgresClusterStore extends ClusterStore {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
    private readonly deadAfterMs: number,
    private readonly statistics: Statistics,
  ) {
    super();
  }

  async state(): Promise<ClusterState> {
    const [row] = await this.query<ClusterState>(
      `SELECT paused, pause_reason AS "pauseReason",
              (SELECT min(started_at) FROM ${this.schema.quoted}.cluster_pauses
               WHERE ended_at IS NULL) AS "pausedSince", ${CLOCK} AS now
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
                coalesce(n.name, h.node_id::text) AS "nodeName", h.acquired_at AS "acquiredAt",
                h.how
         FROM ${quoted}.leader_history h LEFT JOIN ${quoted}.nodes n ON n.id = h.node_id
         ORDER BY h.fencing_token DESC LIMIT ${MAX_TERMS})
       SELECT CASE WHEN held THEN l.node_id END AS "nodeId",
              CASE WHEN held THEN coalesce(n.name, l.node_id::text) END AS "nodeName",
              l.fencing_token::float8 AS "fencingToken",
              CASE WHEN held THEN l.acquired_at END AS "acquiredAt",
              CASE WHEN held THEN l.expires_at END AS "expiresAt",
              CASE WHEN NOT held AND isfinite(l.expires_at) THEN l.expires_at END AS "vacantSince",
              l.lease_ms AS "leaseMs", held AND l.hinted AS hinted,
              l.generation::float8 AS generation, l.generation_at AS "generationAt",
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
              stopped_at AS "stoppedAt", drain_requested_at IS NOT NULL AS draining,
              loop_lag_ms AS "loopLagMs", blocked_since AS "blockedSince", blocked_by AS "blockedBy",
              slots, coalesce(r.running, 0) AS running, clock_offset_ms AS "clockOffsetMs",
              (extract(epoch FROM greatest(${CLOCK} - heartbeat_at, '0')) * 1000)::int8::float8
                AS "beatAgeMs",
              ${isAlive('$2')} AS alive
       FROM (SELECT * FROM ${this.schema.quoted}.nodes
             ORDER BY heartbeat_at DESC LIMIT ${MAX_NODES}) n
         LEFT JOIN (SELECT node_id, count(*)::int AS running FROM ${this.schema.quoted}.runs
                    WHERE state = 'running' GROUP BY node_id) r ON r.node_id = n.id
       ORDER BY alive DESC, started_at DESC, id`,
      [this.deadAfterMs],
    );
  }

  async pause(reason: string | null, by: Author = {}): Promise<void> {
    await this.change(pauseCluster(this.schema), { ...by, reason: reason ?? by.reason ?? null });
  }

  async resume(by: Author = {}): Promise<void> {
    await this.change(resumeCluster(this.schema), by);
  }

  async resign(by: Author = {}): Promise<void> {
    await this.change(resignLeader(this.schema), by);
  }

  async drain(nodeId: string, drain: boolean, by: Author = {}): Promise<void> {
    const rest = [nodeId, this.deadAfterMs, drain];
    const rows = await this.change(drainNode(this.schema), by, rest);
    if (rows.length === 0) throw new NodeNotFoundError(nodeId);
  }

  async note(action: string, details: object, by: Author = {}): Promise<void> {
    await this.database.use((sql) =>
      writeAudit(sql, this.schema, this.shift, { ...by, action, details }),
    );
  }

  async endSession(id: string, endsAt: Date): Promise<void> {
    // Those whose time is over are of no more use.
    await this.query(
      `WITH over AS (
         DELETE FROM ${this.schema.quoted}.ended_sessions
         WHERE id <> $2 AND ends_at < ${CLOCK} - interval '1 day')
       INSERT INTO ${this.schema.quoted}.ended_sessions (id, ends_at) VALUES ($2, $3)
       ON CONFLICT (id) DO NOTHING`,
      [id, endsAt],
    );
  }

  async hasEnded(sessionId: string): Promise<boolean> {
    const sql = `SELECT FROM ${this.schema.quoted}.ended_sessions WHERE id = $1`;
    const rows = await this.database.use((manager) => manager.query<unknown[]>(sql, [sessionId]));
    return rows.length > 0;
  }

  audit(query: AuditQuery): Promise<Page<AuditRow>> {
    return this.database.use((sql) => listAudit(sql, this.schema, query));
  }

  requests(runIds: readonly string[]): Promise<ReadonlyMap<string, AuditRow>> {
    return this.database.use((sql) => listRequests(sql, this.schema, runIds));
  }

  async stats(): Promise<ClusterStats> {
    const [row] = await this.query<Parameters<typeof statsOf>[0]>(selectStats(this.schema), [
      this.deadAfterMs,
    ]);
    return statsOf(row!, await lastDay(this.statistics, new Date(row!.now)));
  }

  async troubles(): Promise<Troubles> {
    const [row] = await this.query<{ troubles: StoredTroubles }>(selectTroubles(this.schema), [
      this.deadAfterMs,
    ]);
    return troublesOf(row!.troubles);
  }

  async obstacles(): Promise<Obstacles> {
    const select = selectObstacles(this.schema);
    const [row] = await this.database.use((manager) =>
      manager.query<{ obstacles: StoredObstacles }[]>(select),
    );
    return obstaclesOf(row!.obstacles);
  }

  private change(
    sql: string,
    { actor = 'code', reason = null }: Author,
    rest: readonly unknown[] = [],
  ): Promise<unknown[]> {
    return this.query(sql, [this.schema.channel, actor, reason, ...rest]);
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
