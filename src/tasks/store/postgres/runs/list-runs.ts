import type { Run } from '../../../domain/run.js';
import { decodeIdCursor, pageOf } from '../../cursor.js';
import type { Page } from '../../page.js';
import type { RunQuery } from '../../run-store.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';
import { runOf, selectRuns } from './read-run.js';

/** Runs, newest first. */
export async function listRuns(
  sql: SqlRunner,
  schema: SchemaName,
  query: RunQuery,
): Promise<Page<Run>> {
  const { limit, cursor, job, task, node, state, cause, from, to } = query;
  const parameters: unknown[] = [limit + 1];
  const conditions = ['true'];
  const where = (condition: string, value: unknown) => {
    if (value === undefined) return;
    parameters.push(value);
    conditions.push(`${condition} $${parameters.length}`);
  };
  where('r.id <', cursor === undefined ? undefined : decodeIdCursor(cursor));
  where('r.job_id =', job);
  where('r.task =', task);
  where('r.node_id::text =', node);
  where('r.state =', state);
  where('r.cause =', cause);
  where('r.fire_at >=', from);
  where('r.fire_at <', to);
  const rows = await sql.query<{ run: string }[]>(
    `${selectRuns(schema, conditions.join(' AND '))} ORDER BY r.id DESC LIMIT $1`,
    parameters,
  );
  const runs = rows.map(({ run }) => runOf(run));
  return pageOf(runs, limit, (run) => run.id);
}
