import { BACKFILL, REQUESTS, type AuditQuery, type AuditRow } from '../../cluster-store.js';
import { decodeIdCursor, pageOf } from '../../cursor.js';
import type { Page } from '../../page.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';

type Row = Omit<AuditRow, 'at'> & { at: string };

const COLUMNS = `id::text, to_json(at) AS at, actor, action, job_id AS "jobId",
            run_id::text AS "runId", reason, details`;

/** Rows are numbered in the order of their instants, give or take so many. */
const NUMBERED_LATE = 1_000;

/**
 * Who changed what, newest first. A range of instants is a range of ids, give or take some: it is found at
 * both ends by the index of instants, so nothing that lies behind it is passed over.
 */
export async function listAudit(
  sql: SqlRunner,
  { quoted }: SchemaName,
  { job, actor, action, run, from, to, cursor, limit }: AuditQuery,
): Promise<Page<AuditRow>> {
  const values: unknown[] = [];
  const wanted: string[] = ['true'];
  const narrow = (condition: (parameter: string) => string, value: unknown) => {
    if (value !== undefined) wanted.push(condition(`$${values.push(value)}`));
  };
  const end = (at: string, order: string) =>
    `(SELECT b.id FROM ${quoted}.audit b WHERE b.at ${at} ORDER BY b.at ${order} LIMIT 1)`;
  narrow((id) => `id < ${id}::bigint`, cursor === undefined ? undefined : decodeIdCursor(cursor));
  narrow((id) => `job_id = ${id}`, job);
  narrow((name) => `actor = ${name}`, actor);
  narrow((name) => `action = ${name}`, action);
  narrow((id) => `run_id = ${id}::bigint`, run);
  narrow((at) => `at >= ${at} AND id >= ${end(`>= ${at}`, 'ASC')} - ${NUMBERED_LATE}`, from);
  narrow((at) => `at < ${at} AND id <= ${end(`< ${at}`, 'DESC')} + ${NUMBERED_LATE}`, to);
  const rows = await sql.query<Row[]>(
    `SELECT ${COLUMNS} FROM ${quoted}.audit WHERE ${wanted.join(' AND ')}
     ORDER BY audit.id DESC LIMIT ${Number(limit) + 1}`,
    values,
  );
  return pageOf(rows.map(rowOf), limit, ({ id }) => id);
}

/** An audit row is written behind its change, in the same transaction; this is more than it takes. */
const WRITTEN_WITHIN = "interval '5 minutes'";

/** Who asked for these runs. A backfill is one row for all its runs: it is found by when they were made. */
export async function listRequests(
  sql: SqlRunner,
  { quoted }: SchemaName,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, AuditRow>> {
  const rows = await sql.query<Row[]>(
    `SELECT ${COLUMNS} FROM ${quoted}.audit
     WHERE run_id = ANY ($1::bigint[]) AND action = ANY ($2::text[])
     UNION ALL
     SELECT a.id::text, to_json(a.at), a.actor, a.action, a.job_id, r.id::text, a.reason, a.details
     FROM ${quoted}.runs r CROSS JOIN LATERAL (
       SELECT * FROM ${quoted}.audit a
       WHERE a.at >= r.created_at AND a.at < r.created_at + ${WRITTEN_WITHIN}
         AND a.action = $3 AND a.details->>'backfillId' = r.backfill_id::text
       ORDER BY a.at LIMIT 1) a
     WHERE r.id = ANY ($1::bigint[]) AND r.backfill_id IS NOT NULL`,
    [runIds, REQUESTS, BACKFILL],
  );
  return new Map(rows.map((row) => [row.runId!, rowOf(row)]));
}

const rowOf = (row: Row): AuditRow => ({ ...row, at: new Date(row.at) });
