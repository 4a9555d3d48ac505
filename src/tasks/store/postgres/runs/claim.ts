import { choice } from './claim-choice.js';
import { groups, nextQueued } from './claim-groups.js';
import { locks } from './claim-locks.js';
import { ANSWER, mayClaim, takeDue } from './claim-parts.js';
import { signOfLife } from '../nodes/sign-of-life.js';
import type { StatementOf } from '../session/statement.js';

/**
 * Claims pending runs for a node. $2 node · $3 dead-after in ms · $4 tasks, in the order of their bytes ·
 * $5 how many of each · $6 slots · $7 share of the aged · $8 share of the newest.
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
 * - There are more runs than slots: urgent ones keep coming and the others starve, or what is on time
 *   waits behind a flood. The slots are shared (`domain/pick-runs.ts`).
 * - There are very many runs: of tasks that this node does not know, of one that it does, or of later.
 *   None of them is looked at: what waits is found group by group through one index, and of a group
 *   only its ends. Literal limits stand beside those that are bound, as the planner prepares for whole
 *   tables where it does not know the limit.
 * - A run has waited for a slot for longer than its misfire grace: it is skipped here, as its fire
 *   time would have been. One that is tried again has met its grace before.
 */
export const claim: StatementOf = (schema) => ({
  name: 'claim',
  text: `
    WITH RECURSIVE ${signOfLife(schema, '$2', '$3')},
    ${mayClaim(schema)},
    ${groups(schema)},
    ${choice(schema)},
    ${locks(schema)},
    ${takeDue(schema)},
    ${nextQueued(schema)}
    ${ANSWER}`,
});
