import type { SchemaName } from '../schema-name.js';

/** The name of the row of `leader_lock` that the scheduler contends for. */
export const LOCK_NAME = `'scheduler'`;

/** A statement and the name under which a session prepares it. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type StatementOf = (schema: SchemaName) => Statement;

/**
 * The fence: one row while the token `parameter` is in force. The lock is shared and on the key only,
 * so a takeover, which changes the key, waits for the statement and a renewal does not. A statement
 * that waited for a takeover looks again and finds nothing.
 */
export const fence = (schema: SchemaName, parameter: string, also = 'true') =>
  `SELECT 1 FROM ${schema.quoted}.leader_lock
   WHERE name = ${LOCK_NAME} AND fencing_token = ${parameter}::bigint AND ${also} FOR KEY SHARE`;

/**
 * Whether a run, which is looked up by its id, still is the claim of a node. Said in such a way that
 * nobody looks for it by the index of what is running: each run that has ended leaves an entry there
 * until the table is vacuumed, and a statement that passes over thousands of them takes that long.
 */
export const isClaimOf = (run: string, node: string) =>
  `${run}.node_id = ${node}::uuid AND ${run}.state IS NOT DISTINCT FROM 'running'`;
