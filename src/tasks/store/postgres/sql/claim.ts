import type { SchemaName } from '../../schema-name.js';
import { answer, lockQueued, mayClaim, nextQueued, takeDue } from './claim-parts.js';
import { signOfLife } from './sign-of-life.js';
import type { Statement } from './statement.js';

/**
 * Claims up to `slots` pending runs for a node. $2 node · $3 dead-after in ms · $4 known tasks.
 *
 * What can go wrong, and why it does not:
 *
 * - Two nodes claim the same run. The row's lock decides; the loser passes over it (SKIP LOCKED).
 * - The cluster is being paused. The pause takes the row of the leader lock FOR UPDATE, so it waits
 *   for this statement, and a claim that waited for the pause looks again and finds nothing.
 * - The job is being paused or removed. That transaction writes the pending rows, so it waits for
 *   this statement and then finds them running, or this statement passes over them.
 * - The node has been silent for so long that its runs are being settled. It must show a sign of life
 *   before it may claim.
 * - Urgent runs keep coming and the others starve. What has waited for too long is taken first, by
 *   time; with the rest of the slots, what has not, by priority.
 * - A row is locked and then not taken, so that another node passes over it for nothing. The inner
 *   limit is for the planner, which prepares for whole tables when a limit is not a literal; the
 *   outer one stops asking for rows when there are enough, and what is not asked for is not locked.
 * - A run has waited for a slot for longer than its misfire grace: it is skipped here, as its fire
 *   time would have been. One that is tried again has met its grace before.
 */
export const claim = (schema: SchemaName, slots: number): Statement => ({
  name: `claim_${slots}`,
  text: `
    WITH ${signOfLife(schema, '$2', '$3')},
    ${mayClaim(schema)},
    aged AS MATERIALIZED (${lockQueued(schema, 'aged', '$4::text[]', slots)}),
    fresh AS MATERIALIZED (
      SELECT * FROM (${lockQueued(schema, 'fresh', '$4::text[]', slots)}) f
      LIMIT ${slots} - (SELECT count(*) FROM aged)),
    due AS (SELECT *, true AS aged FROM aged UNION ALL SELECT *, false FROM fresh),
    ${takeDue(schema)},
    ${nextQueued(schema)}
    ${answer()}`,
});
