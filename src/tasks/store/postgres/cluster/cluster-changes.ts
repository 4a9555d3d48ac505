import { CLOCK, interval, STAMP } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';

/**
 * Changes of the cluster, each one autocommit statement with its row of the audit. `$1` is the shift of
 * the clock, `$2` the channel, `$3` the actor, `$4` the reason.
 *
 * They take the row of the leader lock FOR UPDATE first. A plain update changes no key: it would not
 * wait for a fire or a claim on its way, nor be seen by one whose snapshot is older.
 */
const LOCK = `name = 'scheduler'`;

/** The audit of what `changed` holds a row of. */
const audited = ({ quoted }: SchemaName, action: string, details = 'NULL::jsonb') =>
  `audited AS (
     INSERT INTO ${quoted}.audit (at, actor, action, reason, details)
     SELECT ${STAMP}, $3, '${action}', $4::text, ${details} FROM changed)`;

export const pauseCluster = (schema: SchemaName) =>
  `WITH lock AS MATERIALIZED (
     SELECT name, paused FROM ${schema.quoted}.leader_lock WHERE ${LOCK} FOR UPDATE),
   changed AS (
     UPDATE ${schema.quoted}.leader_lock l
     SET paused = true, pause_reason = $4::text, pauses = l.pauses + 1
     FROM lock WHERE l.name = lock.name
     RETURNING lock.paused AS before),
   begun AS (
     INSERT INTO ${schema.quoted}.cluster_pauses (started_at, reason)
     SELECT ${STAMP}, $4::text FROM changed WHERE NOT before),
   ${audited(schema, 'cluster.pause')}
   SELECT pg_notify($2, 'jobs') FROM changed`;

export const resumeCluster = (schema: SchemaName) =>
  `WITH lock AS MATERIALIZED (
     SELECT name FROM ${schema.quoted}.leader_lock WHERE ${LOCK} AND paused FOR UPDATE),
   changed AS (
     UPDATE ${schema.quoted}.leader_lock l
     SET paused = false, pause_reason = NULL, pauses = l.pauses + 1
     FROM lock WHERE l.name = lock.name
     RETURNING 1),
   ended AS (
     UPDATE ${schema.quoted}.cluster_pauses SET ended_at = ${STAMP}
     WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM changed)),
   ${audited(schema, 'cluster.resume')}
   SELECT pg_notify($2, 'jobs'), pg_notify($2, 'runs') FROM changed`;

/** As if the holder had resigned: the token grows, so what it still writes touches nothing. */
export const resignLeader = (schema: SchemaName) =>
  `WITH changed AS (
     UPDATE ${schema.quoted}.leader_lock
     SET node_id = NULL, expires_at = '-infinity', hinted = false,
         fencing_token = fencing_token + 1
     WHERE ${LOCK} AND node_id IS NOT NULL
     RETURNING fencing_token),
   ${audited(schema, 'leader.resign', `jsonb_build_object('fencingToken', fencing_token)`)}
   SELECT pg_notify($2, 'leader') FROM changed`;

/** $5 node · $6 dead-after in ms · $7 whether it is to be drained. A row: there is such a node. */
export const drainNode = (schema: SchemaName) =>
  `WITH changed AS (
     UPDATE ${schema.quoted}.nodes
     SET drain_requested_at = CASE WHEN $7::boolean THEN ${STAMP} END
     WHERE id::text = $5 AND stopped_at IS NULL AND heartbeat_at > ${CLOCK} - ${interval('$6')}
     RETURNING id),
   ${audited(schema, 'node.drain', `jsonb_build_object('nodeId', id, 'drain', $7::boolean)`)}
   SELECT id, pg_notify($2, 'cancel') FROM changed`;
