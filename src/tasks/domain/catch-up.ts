/** A fire time that has been missed for longer than this is made up for, after those that are live. */
export const LIVE_MS = 10_000;

/** So many jobs are caught up on before the live ones are looked at again. */
export const MAX_CAUGHT_UP = 100;

/**
 * A run that makes up for an outage is claimed after the live ones of its job's priority: by the number
 * that it adds to that. So the pace of these is what the workers have to spare, however many there are.
 *
 * One that still waits when the next fire time of its job comes gives way to it, where that one would
 * otherwise be skipped for it (`store/postgres/fires/standing.ts`).
 */
export const BEHIND_LIVE = 1;
