import { RunNotFoundError } from '../../../domain/errors.js';
import type { Run } from '../../../domain/run.js';
import { rowReader } from '../columns.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';
import { SEEN_COLUMNS } from './run-columns.js';

/**
 * Selects runs as rows `{ run }`; `where` and what follows may name `r`. Each is one text that holds
 * JSON: whatever a caller's connection makes of other types, text is read alike on all of them.
 * Nodes of an earlier version keep a run's progress in its own row.
 */
export const selectRuns = (schema: SchemaName, where: string) =>
  `SELECT ${runText(schema)} AS run FROM ${schema.quoted}.runs r WHERE ${where}`;

/** The run `r` as such a text. @param tells whether its progress is of interest */
export const runText = ({ quoted }: SchemaName, tells = `r.state <> 'pending'`) =>
  `(to_jsonb(r)
      || jsonb_build_object(
           'id', r.id::text, 'retry_of', r.retry_of::text,
           'progress', coalesce(
             (SELECT p.progress FROM ${quoted}.run_progress p
              WHERE p.run_id = r.id AND p.attempt = r.attempt AND ${tells}),
             r.progress)))::text`;

/** @throws RunNotFoundError */
export async function readRun(sql: SqlRunner, schema: SchemaName, id: string): Promise<Run> {
  const [row] = await sql.query<{ run: string }[]>(selectRuns(schema, 'r.id = $1::bigint'), [id]);
  if (!row) throw new RunNotFoundError(id);
  return runOf(row.run);
}

const readSeen = rowReader(SEEN_COLUMNS);

export const runOf = (text: string): Run =>
  readSeen(JSON.parse(text) as Record<string, unknown>) as unknown as Run;
