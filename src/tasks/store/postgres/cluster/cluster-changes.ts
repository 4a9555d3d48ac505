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

const beforeAndAfter = (before: string, after: string) =>
  `jsonb_build_object('before', ${before}, 'after', ${after})`;
const pauseOf = (paused: string, reason: string) =>
  `jsonb_build_object('paused', ${paused}, 'pauseReason', ${reason})`;
const leadOf = (node: string, token: string) =>
  `jsonb_build_object('nodeId', ${node}, 'fencingToken', ${token})`;
const drainOf = (draining: string) => `jsonb_build_object('draining', ${draining})`;

export const pauseCluster = (schema: SchemaName) =>
  `WITH lock AS MATERIALIZED (
     SELECT name, paused, pause_reason FROM ${schema.quoted}.leader_lock
     WHERE ${LOCK} FOR UPDATE),
   changed AS (
     UPDATE ${schema.quoted}.leader_lock l
     SET paused = true, pause_reason = $4::text, pauses = l.pauses + 1
     FROM lock WHERE l.name = lock.name
     RETURNING lock.paused AS before, lock.pause_reason AS reason_before),
   begun AS (
     INSERT INTO ${schema.quoted}.cluster_pauses (started_at, reason)
     SELECT ${STAMP}, $4::text FROM changed WHERE NOT before),
   ${audited(schema, 'cluster.pause', beforeAndAfter(pauseOf('before', 'reason_before'), pauseOf('true', '$4::text')))}
   SELECT pg_notify($2, 'jobs') FROM changed`;

export const resumeCluster = (schema: SchemaName) =>
  `WITH lock AS MATERIALIZED (
     SELECT name, pause_reason FROM ${schema.quoted}.leader_lock
     WHERE ${LOCK} AND paused FOR UPDATE),
   changed AS (
     UPDATE ${schema.quoted}.leader_lock l
     SET paused = false, pause_reason = NULL, pauses = l.pauses + 1
     FROM lock WHERE l.name = lock.name
     RETURNING lock.pause_reason AS reason_before),
   ended AS (
     UPDATE ${schema.quoted}.cluster_pauses SET ended_at = ${STAMP}
     WHERE ended_at IS NULL AND EXISTS (SELECT 1 FROM changed)),
   ${audited(schema, 'cluster.resume', beforeAndAfter(pauseOf('true', 'reason_before'), pauseOf('false', 'NULL::text')))}
   SELECT pg_notify($2, 'jobs'), pg_notify($2, 'runs') FROM changed`;

/** As if the holder had resigned: the token grows, so what it still writes touches nothing. */
export const resignLeader = (schema: SchemaName) =>
  `WITH lock AS MATERIALIZED (
     SELECT name, node_id FROM ${schema.quoted}.leader_lock
     WHERE ${LOCK} AND node_id IS NOT NULL FOR UPDATE),
   changed AS (
     UPDATE ${schema.quoted}.leader_lock l
     SET node_id = NULL, expires_at = '-infinity', hinted = false,
         fencing_token = l.fencing_token + 1
     FROM lock WHERE l.name = lock.name
     RETURNING l.fencing_token, lock.node_id AS node_before),
   ${audited(schema, 'leader.resign', beforeAndAfter(leadOf('node_before', 'fencing_token - 1'), leadOf('NULL::uuid', 'fencing_token')))}
   SELECT pg_notify($2, 'leader') FROM changed`;

/** $5 node · $6 dead-after in ms · $7 whether it is to be drained. A row: there is such a node. */
export const drainNode = (schema: SchemaName) =>
  `WITH node AS MATERIALIZED (
     SELECT id, drain_requested_at IS NOT NULL AS draining FROM ${schema.quoted}.nodes
     WHERE id::text = $5 AND stopped_at IS NULL AND heartbeat_at > ${CLOCK} - ${interval('$6')}
     FOR NO KEY UPDATE),
   changed AS (
     UPDATE ${schema.quoted}.nodes n
     SET drain_requested_at = CASE WHEN $7::boolean THEN ${STAMP} END
     FROM node WHERE n.id = node.id
     RETURNING n.id, node.draining),
   ${audited(schema, 'node.drain', `jsonb_build_object('nodeId', id) || ${beforeAndAfter(drainOf('draining'), drainOf('$7::boolean'))}`)}
   SELECT id, pg_notify($2, 'cancel') FROM changed`;
