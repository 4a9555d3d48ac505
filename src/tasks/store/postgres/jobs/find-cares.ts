import { DISABLED_HERE, DISABLED_IN_CODE } from '../../../domain/declared-job.js';
import { interval, STATEMENT_CLOCK } from '../database-time.js';
import { isAlive } from '../nodes/live-nodes.js';
import type { CareOptions } from '../../../domain/care-decision.js';
import type { JobWriter } from './job-writer.js';

/** Ids of jobs for which something may have to be done. */
export interface FoundCares {
  readonly resume: readonly string[];
  readonly revive: readonly string[];
  readonly orphan: readonly string[];
  readonly remove: readonly string[];
  /** Nobody knows them, and that is not noted yet. */
  readonly missed: readonly string[];
  /** Somebody knows them again, and they were not orphaned yet. */
  readonly found: readonly string[];
  /** In how many milliseconds the next pause ends; null: none will. */
  readonly nextPauseEndMs: number | null;
}

/** At most so many of a kind at once, each in a transaction of its own. */
export const CHANGED_AT_ONCE = 200;

/** At most so many at once, in one statement. */
export const NOTED_AT_ONCE = 5_000;

/** A job is well paused of which live nodes say that they are not to run it. */
const isToBeMissed = `NOT (origin = 'declared' AND paused AND id IN (SELECT id FROM disabled))`;

/** Written so that no index of all jobs which are used seems to fit: of those that are declared there are few. */
const isUsed = `CASE WHEN origin <> 'api' THEN state IN ('active', 'paused') END`;

/**
 * Finds what there is to do in one statement that touches only what may have to be changed, however
 * many jobs there are.
 *
 * The tasks of jobs are found by leaping through an index from one to the next, and compared with those
 * that live nodes know; only a task that one side lacks leads on to its jobs. Of the jobs that came by
 * declaration there are as many as somebody wrote down, and all of those are looked at.
 *
 * $2 dead-after in ms · $3 orphan-after in ms · $4 days of retention
 */
const findCaresSql = (quoted: string) => `
  WITH RECURSIVE alive AS MATERIALIZED (
    SELECT DISTINCT tasks, jobs FROM ${quoted}.nodes
    WHERE ${isAlive('$2')}),
  known AS MATERIALIZED (
    SELECT DISTINCT k.task FROM alive a CROSS JOIN LATERAL jsonb_object_keys(a.tasks) AS k (task)),
  declared AS MATERIALIZED (
    SELECT DISTINCT d.id
    FROM alive a CROSS JOIN LATERAL jsonb_each_text(a.tasks || a.jobs) AS d (id, hash)
    WHERE d.hash <> '${DISABLED_HERE}'),
  disabled AS MATERIALIZED (
    SELECT DISTINCT d.id FROM alive a CROSS JOIN LATERAL jsonb_each_text(a.jobs) AS d (id, hash)
    WHERE d.hash = '${DISABLED_HERE}'),
  used (task) AS (
    ${leap(quoted, `state IN ('active', 'paused')`, 'used')}),
  lacking AS MATERIALIZED (
    SELECT task FROM used WHERE task IS NOT NULL AND task NOT IN (SELECT task FROM known)),
  unknown (task) AS (
    ${leap(quoted, 'unknown_since IS NOT NULL', 'unknown')}),
  returned AS MATERIALIZED (
    SELECT task FROM unknown WHERE task IS NOT NULL AND task IN (SELECT task FROM known)),
  undeclared AS MATERIALIZED (
    SELECT id, unknown_since FROM ${quoted}.jobs
    WHERE origin <> 'api' AND ${isUsed}
      AND id NOT IN (SELECT id FROM declared)
      AND ${isToBeMissed})
  SELECT
    ARRAY(SELECT id FROM ${quoted}.jobs
          WHERE paused AND resume_at <= ${STATEMENT_CLOCK}
          ORDER BY resume_at LIMIT ${CHANGED_AT_ONCE}) AS resume,
    ARRAY(SELECT j.id FROM returned r CROSS JOIN LATERAL (
            SELECT id FROM ${quoted}.jobs
            WHERE task = r.task AND unknown_since IS NOT NULL AND orphaned_at IS NOT NULL
              AND (origin = 'api' OR id IN (SELECT id FROM declared))
            LIMIT ${CHANGED_AT_ONCE}) j
          UNION
          SELECT id FROM ${quoted}.jobs
          WHERE origin <> 'api' AND ${isUsed}
            AND pause_reason = '${DISABLED_IN_CODE}' AND declared ->> 'paused' = 'false'
            AND id IN (SELECT id FROM declared)
          LIMIT ${CHANGED_AT_ONCE}) AS revive,
    ARRAY(SELECT id FROM (
            SELECT j.id FROM lacking l CROSS JOIN LATERAL (
              SELECT id FROM ${quoted}.jobs
              WHERE task = l.task AND state IN ('active', 'paused') AND ${isToBeMissed}
                AND unknown_since <= ${STATEMENT_CLOCK} - ${interval('$3')}
              LIMIT ${CHANGED_AT_ONCE}) j
            UNION
            SELECT id FROM undeclared
            WHERE unknown_since <= ${STATEMENT_CLOCK} - ${interval('$3')}) o
          LIMIT ${CHANGED_AT_ONCE}) AS orphan,
    ARRAY(SELECT id FROM (
            (SELECT id FROM ${quoted}.jobs j
             WHERE state = 'finished' AND delete_when_done AND NOT EXISTS (
               SELECT 1 FROM ${quoted}.runs r
               WHERE r.job_id = j.id AND (r.state IN ('pending', 'running') OR r.handler_alive))
             LIMIT ${CHANGED_AT_ONCE})
            UNION
            (SELECT j.id FROM ${quoted}.jobs j
             WHERE j.state = 'finished' AND j.origin = 'api'
               AND j.updated_at < ${STATEMENT_CLOCK} - $4::int * interval '1 day'
               AND NOT EXISTS (SELECT 1 FROM ${quoted}.runs r WHERE r.job_id = j.id)
             ORDER BY j.updated_at LIMIT ${CHANGED_AT_ONCE})) d
          LIMIT ${CHANGED_AT_ONCE}) AS remove,
    ARRAY(SELECT id FROM (
            SELECT j.id FROM lacking l CROSS JOIN LATERAL (
              SELECT id FROM ${quoted}.jobs
              WHERE task = l.task AND state IN ('active', 'paused') AND unknown_since IS NULL
                AND ${isToBeMissed}
              LIMIT ${NOTED_AT_ONCE}) j
            UNION
            SELECT id FROM undeclared WHERE unknown_since IS NULL) m
          LIMIT ${NOTED_AT_ONCE}) AS missed,
    ARRAY(SELECT j.id FROM returned r CROSS JOIN LATERAL (
            SELECT id FROM ${quoted}.jobs
            WHERE task = r.task AND unknown_since IS NOT NULL AND orphaned_at IS NULL
              AND (origin = 'api' OR id IN (SELECT id FROM declared))
            LIMIT ${NOTED_AT_ONCE}) j
          LIMIT ${NOTED_AT_ONCE}) AS found,
    (SELECT ceil(extract(epoch FROM min(resume_at) - ${STATEMENT_CLOCK}) * 1000)::float8
     FROM ${quoted}.jobs WHERE resume_at > ${STATEMENT_CLOCK}) AS "nextPauseEndMs"`;

/** Each task of the jobs that fit, one step in the index from one to the next; the last is null. */
const leap = (quoted: string, fits: string, name: string) => `
    (SELECT task FROM ${quoted}.jobs WHERE ${fits} ORDER BY task LIMIT 1)
    UNION ALL
    SELECT (SELECT j.task FROM ${quoted}.jobs j WHERE ${fits} AND j.task > t.task
            ORDER BY j.task LIMIT 1)
    FROM ${name} t WHERE t.task IS NOT NULL`;

export async function findCares(writer: JobWriter, options: CareOptions): Promise<FoundCares> {
  const { deadAfterMs, orphanAfterMs, retentionDays } = options;
  const [found] = await writer.query<FoundCares>(findCaresSql(writer.schema.quoted), [
    deadAfterMs,
    orphanAfterMs,
    retentionDays,
  ]);
  return found!;
}
