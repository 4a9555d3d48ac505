import type { LogLevel, RunAttempt, RunError, RunLine, RunState } from '../../../domain/run.js';
import { lineId } from '../../../domain/run-changes.js';
import type { LineQuery } from '../../run-store.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';

interface AttemptRow {
  readonly attempt: number;
  readonly node_id: string | null;
  readonly state: RunState;
  readonly started_at: string | null;
  readonly finished_at: string;
  readonly error: RunError | null;
}

interface LineRow {
  readonly attempt: number;
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
}

/** The attempts of a run before its last one, in order. */
export async function readAttempts(
  sql: SqlRunner,
  { quoted }: SchemaName,
  id: string,
): Promise<readonly RunAttempt[]> {
  const rows = await sql.query<{ row: AttemptRow }[]>(
    `SELECT to_jsonb(a) AS row FROM ${quoted}.run_attempts a
     WHERE a.run_id = $1::bigint ORDER BY a.attempt`,
    [id],
  );
  return rows.map(({ row }) => ({
    attempt: row.attempt,
    nodeId: row.node_id,
    state: row.state,
    startedAt: row.started_at === null ? null : new Date(row.started_at),
    finishedAt: new Date(row.finished_at),
    error: row.error,
  }));
}

/** The lines of a run, in order. @throws InvalidInputError */
export async function readLines(
  sql: SqlRunner,
  { quoted }: SchemaName,
  id: string,
  { after, limit, maxChars }: LineQuery,
): Promise<readonly RunLine[]> {
  const rows = await sql.query<{ id: string; row: LineRow }[]>(
    `SELECT l.id::text AS id, to_jsonb(l) - 'before' AS row
     FROM (SELECT *, sum(length(message)) OVER (ORDER BY id) - length(message) AS before
           FROM (SELECT * FROM ${quoted}.run_logs
                 WHERE run_id = $1::bigint AND id > $2::bigint ORDER BY id LIMIT $3) AS next) AS l
     WHERE $4::bigint IS NULL OR l.before < $4 ORDER BY l.id`,
    [id, after === undefined ? '-1' : lineId(after), limit, maxChars ?? null],
  );
  return rows.map(({ id, row: { attempt, at, level, message } }) => ({
    id,
    attempt,
    at: new Date(at),
    level,
    message,
  }));
}
