import type { SchemaName } from '../schema-name.js';
import { isClaimOf } from '../session/statement.js';

/**
 * Locks the runs of claims, in the order of a CTE that has `id` and `attempt`, and passes over those that
 * somebody else holds: a host's transaction that stays open must hold up nobody but its own run. Which
 * ones were passed over is told by the snapshot: there they still are the claim's.
 *
 * Made to be read within FROM, after that CTE.
 */
export const lockClaims = ({ quoted }: SchemaName, claims: string, node: string) => `
      CROSS JOIN LATERAL (
        SELECT r.id, r.fire_at FROM ${quoted}.runs r
        WHERE r.id = ${claims}.id AND r.attempt = ${claims}.attempt AND ${isClaimOf('r', node)}
        OFFSET 0
        FOR NO KEY UPDATE SKIP LOCKED)`;
