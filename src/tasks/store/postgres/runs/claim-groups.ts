import { STATEMENT_CLOCK } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';

/**
 * The runs that wait, by task and priority: `waiting` has a row for each such group of the known tasks,
 * with its oldest run and how many of the task may be taken; `ready` those of which one is due.
 * $4 tasks, in the order of their bytes · $5 how many of each.
 *
 * Found by leaping through the index of what is queued, from group to group, so it does not matter how
 * many runs are in them. A task that this node does not know is left behind at once, for the next that
 * it does know: neither many known tasks without runs nor many unknown ones with runs are looked at
 * one by one. The index is ordered byte by byte, which is quicker than any language's order.
 */
export const groups = ({ quoted }: SchemaName) => `
    groups (task, priority, first_at, first_id, nth, known) AS (
      SELECT r.*, w.nth, ($4::text[])[w.nth] = r.task
      FROM (SELECT r.task, r.priority, r.run_at, r.id
            FROM ${quoted}.runs r
            WHERE r.queued AND r.task COLLATE "C" >= ($4::text[])[1]
            ORDER BY r.task COLLATE "C", r.priority, r.run_at, r.id
            LIMIT 1) r
        CROSS JOIN LATERAL (${NTH} OFFSET 0) w
      UNION ALL
      SELECT r.*, w.nth, ($4::text[])[w.nth] = r.task
      FROM groups g
        CROSS JOIN LATERAL (
          SELECT r.task, r.priority, r.run_at, r.id
          FROM ${quoted}.runs r
          WHERE r.queued
            AND (r.task COLLATE "C", r.priority, r.run_at)
              > (CASE WHEN g.known THEN g.task ELSE ($4::text[])[g.nth + 1] END,
                 CASE WHEN g.known THEN g.priority ELSE -2147483648 END,
                 CASE WHEN g.known THEN timestamptz 'infinity' ELSE '-infinity' END)
          ORDER BY r.task COLLATE "C", r.priority, r.run_at, r.id
          LIMIT 1) r
        CROSS JOIN LATERAL (${NTH} OFFSET 0) w),
    waiting AS MATERIALIZED (
      SELECT task, priority, first_at, first_id, ($5::int[])[nth] AS most FROM groups WHERE known),
    ready AS MATERIALIZED (
      SELECT *
      FROM waiting
      WHERE first_at <= ${STATEMENT_CLOCK}
        AND EXISTS (SELECT 1 FROM open) AND EXISTS (SELECT 1 FROM me))`;

/** Which of the known tasks that of `r` is, or comes after. */
const NTH = `SELECT width_bucket(r.task COLLATE "C", $4::text[]) AS nth`;

export interface Due {
  readonly columns: string;
  /** The planner's limit. What is not asked for is not read. */
  readonly most: number;
  readonly newestFirst?: boolean;
  readonly also?: string;
  readonly lock?: string;
}

/** The runs `r` that are due of the group `g`, oldest first or newest first. */
export const dueOf = (
  { quoted }: SchemaName,
  { columns, most, newestFirst = false, also = 'true', lock = '' }: Due,
) => `
          SELECT ${columns}
          FROM ${quoted}.runs r
          WHERE r.queued AND r.task COLLATE "C" = g.task AND r.priority = g.priority
            AND (r.run_at, r.id) >= (g.first_at, g.first_id) AND r.run_at <= ${STATEMENT_CLOCK}
            AND ${also}
          ORDER BY ${newestFirst ? 'r.run_at DESC, r.id DESC' : 'r.run_at, r.id'}
          LIMIT ${most}
          ${lock}`;

/** When the next run may start: at once where one was passed over, as it was too late for it. */
export const nextQueued = ({ quoted }: SchemaName) => `
    next AS (
      SELECT CASE WHEN EXISTS (SELECT 1 FROM judged WHERE late) THEN 0
                  ELSE extract(epoch FROM min(n.at) - ${STATEMENT_CLOCK})::float8 * 1000 END
               AS next_in_ms
      FROM waiting g
        CROSS JOIN LATERAL (
          SELECT CASE WHEN g.first_at > ${STATEMENT_CLOCK} THEN g.first_at
                      ELSE (SELECT r.run_at FROM ${quoted}.runs r
                            WHERE r.queued AND r.task COLLATE "C" = g.task
                              AND r.priority = g.priority AND r.run_at > ${STATEMENT_CLOCK}
                            ORDER BY r.run_at LIMIT 1) END AS at) n
      WHERE (SELECT count(*) FROM due) < $6::int OR NOT EXISTS (SELECT 1 FROM crowd))`;
