import type { AuditQuery, AuditRow } from '../../cluster-store.js';
import { decodeIdCursor, pageOf } from '../../cursor.js';
import type { Page } from '../../page.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';

/** Who changed what, newest first. */
export async function listAudit(
  sql: SqlRunner,
  { quoted }: SchemaName,
  { job, actor, action, cursor, limit }: AuditQuery,
): Promise<Page<AuditRow>> {
  const rows = await sql.query<(Omit<AuditRow, 'at'> & { at: string })[]>(
    `SELECT id::text, to_json(at) AS at, actor, action, job_id AS "jobId",
            run_id::text AS "runId", reason, details
     FROM ${quoted}.audit
     WHERE ($1::bigint IS NULL OR id < $1) AND ($2::text IS NULL OR job_id = $2)
       AND ($3::text IS NULL OR actor = $3) AND ($4::text IS NULL OR action = $4)
     ORDER BY audit.id DESC LIMIT ${Number(limit) + 1}`,
    [
      cursor === undefined ? null : decodeIdCursor(cursor),
      job ?? null,
      actor ?? null,
      action ?? null,
    ],
  );
  const items = rows.map((row) => ({ ...row, at: new Date(row.at) }));
  return pageOf(items, limit, ({ id }) => id);
}
