import { STATEMENT_CLOCK } from '../database-time.js';

/**
 * The compare-and-set of a fire: nobody has fired or changed the job of the plan `p`, or made a run of it, since it was
 * read as `w`. It is looked at again under the plan's lock.
 */
export const AS_READ = `p.next_fire_at = w.planned_at AND p.revision = w.revision AND p.inserts = w.inserts`;

/** By the database's own clock it is time for the last of the fire times. */
export const isDue = (last: string) => `${last} <= ${STATEMENT_CLOCK}`;
