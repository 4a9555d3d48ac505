import { RunNotFoundError } from '../../../domain/errors.js';
import type { Progress, Run, RunCause, RunError, RunState } from '../../../domain/run.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';

/** A row of `runs`. */
interface RunRow {
  readonly id: string;
  readonly job_id: string;
  readonly task: string;
  readonly cause: RunCause;
  readonly fire_at: string;
  readonly run_at: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly covers_from: string | null;
  readonly covers_to: string | null;
  readonly covers_count: number | null;
  readonly attempt: number;
  readonly node_id: string | null;
  readonly fencing_token: number | null;
  readonly priority: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly error: RunError | null;
  readonly result: unknown;
  readonly progress: Progress | null;
  readonly retry_of: string | null;
  readonly backfill_id: string | null;
  readonly cancel_requested_at: string | null;
  readonly held: 'buffered' | 'paused' | null;
  readonly handler_alive: boolean;
}

/**
 * Selects runs as rows `{ run }`; `where` and what follows may name `r`. Each is one text that holds
 * JSON: whatever a caller's connection makes of other types, text is read alike on all of them.
 * Nodes of an earlier version keep a run's progress in its own row.
 */
export const selectRuns = ({ quoted }: SchemaName, where: string) =>
  `SELECT (to_jsonb(r)
             || jsonb_build_object(
                  'id', r.id::text, 'retry_of', r.retry_of::text,
                  'progress', coalesce(
                    (SELECT p.progress FROM ${quoted}.run_progress p
                     WHERE p.run_id = r.id AND p.attempt = r.attempt AND r.state <> 'pending'),
                    r.progress)))::text AS run
   FROM ${quoted}.runs r WHERE ${where}`;

/** @throws RunNotFoundError */
export async function readRun(sql: SqlRunner, schema: SchemaName, id: string): Promise<Run> {
  const [row] = await sql.query<{ run: string }[]>(selectRuns(schema, 'r.id = $1::bigint'), [id]);
  if (!row) throw new RunNotFoundError(id);
  return runOf(row.run);
}

export function runOf(text: string): Run {
  const row = JSON.parse(text) as RunRow;
  return {
    id: row.id,
    jobId: row.job_id,
    task: row.task,
    cause: row.cause,
    fireAt: new Date(row.fire_at),
    runAt: new Date(row.run_at),
    state: row.state,
    reason: row.reason,
    coversFrom: instant(row.covers_from),
    coversTo: instant(row.covers_to),
    coversCount: row.covers_count,
    attempt: row.attempt,
    nodeId: row.node_id,
    fencingToken: row.fencing_token,
    priority: row.priority,
    createdAt: new Date(row.created_at),
    startedAt: instant(row.started_at),
    finishedAt: instant(row.finished_at),
    error: row.error,
    result: row.result,
    progress: row.progress,
    retryOf: row.retry_of,
    backfillId: row.backfill_id,
    cancelRequestedAt: instant(row.cancel_requested_at),
    held: row.held,
    handlerAlive: row.handler_alive,
  };
}

const instant = (text: string | null) => (text === null ? null : new Date(text));
