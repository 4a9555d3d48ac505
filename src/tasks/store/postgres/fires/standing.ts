import { LIVE_MS } from '../../../domain/catch-up.js';
import { MADE_ROOM } from '../../../domain/run-changes.js';
import { STAMP, STATEMENT_CLOCK } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';

/** Of the job that asks: what counts, be it that its handler outlived its time. */
const UNFINISHED = `u.job_id = a.job_id AND (u.state IN ('pending', 'running') OR u.handler_alive)`;

/** Of the runs that give way to the next fire time of their job, no more do so at once. */
export const MAX_DISPLACED = 1_000;

/** Of a job that has more runs than it may, beyond its capacity, no more are looked at. */
const MAX_BEYOND = 1_000;

/** A run that was made so long after its fire time makes up for it. */
const MADE_UP_AFTER = `interval '${LIVE_MS} milliseconds'`;

/**
 * What stands in the way of a job's next run, after what has to give way for it has done so. Made of
 * common table expressions that follow one named `asking`. That has a row for each job whose plan is
 * locked, with whatever columns, and among them:
 *
 *   job_id
 *   many                how many runs it wants to start
 *   capacity            null: nothing stands in its way
 *   most_buffered       how many of those that wait for their turn make a difference; 0: none does
 *   ends_waiting_below  of fewer live runs than this, those that wait for a retry are ended
 *   displaces           at its capacity, what runs is asked to end and what has not begun is cancelled
 *   outruns             what makes up for an outage and has not begun counts for nothing and gives way as
 *                       well: the fire time that has come tells more
 *
 * They end with `standing`, which is to be grouped by the columns of `asking`.
 *
 * A run that has to give way and that somebody's transaction holds is not waited for. Its job is left out
 * whole: nothing of it is written, it is not in `standing`, and whoever asks comes back for it.
 *
 * Live are pending and running runs, and handlers that go on although their time is over; one that waits for
 * its retry is not. Runs of a
 * backfill that wait their turn are no reason to hold a fire time up, and do not give way to it: they are
 * not looked at, however many they are.
 *
 * No two of these expressions are joined, and none is joined with a table other than by its key from
 * within LATERAL: our sessions only know nested loops, and those over two expressions of 500 rows, or
 * three, take from a tenth of a second to half a minute.
 */
export const standing = ({ quoted }: SchemaName) => `
    found AS MATERIALIZED (
      SELECT a.*, r.*,
             count(*) FILTER (WHERE NOT r.yields AND NOT r.is_buffered) OVER of_job
               < a.ends_waiting_below AS ends_waiting,
             a.displaces AND count(*) FILTER (WHERE NOT r.yields) OVER of_job
               >= a.capacity AS displaced
      FROM asking a LEFT JOIN LATERAL (
        SELECT r.id, r.fire_at, r.handler_alive, r.finished_at, r.is_buffered, w.waits, w.waits OR a.outruns AND r.state = 'pending' AND r.queued AND r.attempt = 0
                 AND r.cause = 'fired' AND r.created_at > r.fire_at + ${MADE_UP_AFTER} AS yields
        FROM (
            (SELECT u.*, false AS is_buffered
             FROM ${quoted}.runs u
             WHERE a.many > 0 AND a.capacity IS NOT NULL AND ${UNFINISHED}
               AND coalesce(u.held, '') IN ('', 'paused')
             LIMIT a.capacity + ${MAX_BEYOND})
            UNION ALL
            (SELECT u.*, true
             FROM ${quoted}.runs u
             WHERE a.many > 0 AND a.most_buffered > 0 AND ${UNFINISHED}
               AND coalesce(u.held, '') = 'buffered' AND u.cause IN ('fired', 'manual', 'retry')
             LIMIT a.most_buffered)) r,
          LATERAL (SELECT r.state = 'pending' AND r.attempt > 0 AND r.queued
                          AND r.run_at > ${STATEMENT_CLOCK} AS waits) w
        OFFSET 0) r ON true
      WINDOW of_job AS (PARTITION BY a.job_id)),
    yielding AS MATERIALIZED (
      SELECT job_id, id, fire_at, waits, displaced FROM found
      WHERE yields AND ends_waiting OR displaced
      ORDER BY id),
    yielded AS MATERIALIZED (
      SELECT y.job_id, y.waits, y.displaced, r.id, r.fire_at, r.state
      FROM yielding y
        CROSS JOIN LATERAL (
          SELECT r.id, r.fire_at, r.state FROM ${quoted}.runs r
          WHERE r.id = y.id AND r.fire_at = y.fire_at
          OFFSET 0
          FOR NO KEY UPDATE SKIP LOCKED) r),
    obstructed AS MATERIALIZED (
      SELECT DISTINCT job_id FROM yielding WHERE id NOT IN (SELECT id FROM yielded)),
    giving_way AS MATERIALIZED (
      SELECT id, fire_at, state, waits FROM yielded
      WHERE (state = 'pending' OR state = 'running' AND displaced)
        AND job_id NOT IN (SELECT job_id FROM obstructed)),
    ousted AS (
      UPDATE ${quoted}.runs r
      SET state = CASE WHEN g.state = 'running' THEN 'running'
                       WHEN g.waits THEN 'failed' ELSE 'cancelled' END,
          reason = CASE WHEN g.state = 'running' THEN r.reason ELSE 'superseded' END,
          finished_at = CASE WHEN g.state <> 'running' THEN ${STAMP} END,
          cancel_requested_at = CASE WHEN g.state = 'running'
                                     THEN coalesce(r.cancel_requested_at, ${STAMP}) END,
          cancel_reason = CASE WHEN g.state = 'running'
                               THEN coalesce(r.cancel_reason, '${MADE_ROOM}')
                               END,
          queued = false, held = NULL
      FROM giving_way g
      WHERE r.id = g.id AND r.fire_at = g.fire_at),
    standing AS (
      SELECT *, id IS NOT NULL
             AND id NOT IN (SELECT id FROM giving_way WHERE state = 'pending')
             AND (NOT yields OR id IN (SELECT id FROM yielded)) AS stands
      FROM found
      WHERE job_id NOT IN (SELECT job_id FROM obstructed))`;

/** Of the runs of a group: those that are live, and those that wait for their turn. */
export const LIVE = `count(*) FILTER (WHERE stands AND NOT is_buffered)`;
export const BUFFERED = `count(*) FILTER (WHERE stands AND is_buffered )`;

/** The run of a group that is in the way, the oldest of several; null: there is none. */
export const FIRST = `(array_agg(id ORDER BY is_buffered, id) FILTER (WHERE stands))[1]`;

/** A sentence about the run of a group that is in the way; null: there is none. */
export const BLOCKER = `
  (array_agg(
     format('Run %s was still running%s.', id,
            CASE WHEN handler_alive AND finished_at IS NOT NULL
                 THEN format(': its handler is still running although it timed out at %s',
                             to_char(finished_at AT TIME ZONE 'UTC',
                                     'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) END)
     ORDER BY is_buffered, id) FILTER (WHERE stands))[1]`;
