import { MAX_DISPLACED } from './standing.js';

/**
 * The rules of `domain/overlap.ts`, for statements that must decide by rows as they are. A contract
 * compares both in every situation: a policy that is added there fails until it is added here.
 */

/** What `asking` of `standing.ts` must know of a job that has `overlap`, `capacity`, `buffer_limit`. */
export const limitsOf = (job: string) => `
    CASE WHEN ${job}.overlap <> 'allow' THEN ${job}.capacity END AS capacity,
    CASE ${job}.overlap WHEN 'buffer-one' THEN 1 WHEN 'buffer-all' THEN ${job}.buffer_limit
                        WHEN 'cancel-previous' THEN ${MAX_DISPLACED} ELSE 0 END AS most_buffered`;

/** From `overlap`, `free`, `buffered`, `buffer_limit`, `many`: how many start, how many more wait. */
export const ROOM = `
    CASE overlap WHEN 'allow' THEN many
                 WHEN 'skip' THEN free
                 WHEN 'cancel-previous' THEN greatest(free - buffered, 0)
                 ELSE CASE WHEN buffered = 0 THEN free ELSE 0 END END AS starts,
    CASE overlap WHEN 'buffer-one' THEN (buffered = 0)::int
                 WHEN 'buffer-all' THEN greatest(buffer_limit - buffered, 0)
                 WHEN 'cancel-previous' THEN (free <= buffered)::int
                 ELSE 0 END AS waits`;

/**
 * From `starts`, `taken` and which `turn` it is: what becomes of a fire time. Where the earlier make room,
 * the turns are counted from the end.
 */
export const TURN = `CASE WHEN d.overlap = 'cancel-previous' THEN d.many - c.nth + 1 ELSE c.nth END`;
export const FATE = `
    CASE WHEN turn <= d.starts THEN 'starts'
         WHEN turn <= d.taken THEN 'waits'
         WHEN d.overlap = 'buffer-all' THEN 'limit'
         ELSE 'overlapped' END`;
