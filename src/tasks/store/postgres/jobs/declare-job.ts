import {
  firstDeclared,
  redeclared,
  type Generation,
  type Others,
} from '../../../domain/declaration.js';
import {
  DISABLED_HERE,
  DISABLED_IN_CODE,
  type Declared,
  type DeclaredJob,
} from '../../../domain/declared-job.js';
import type { StoredJob } from '../../../domain/job-definition.js';
import { isAlive } from '../nodes/live-nodes.js';
import { insertJobs } from './insert-jobs.js';
import type { JobWriter } from './job-writer.js';

/** The node that declares, and when a silent node counts as dead. */
export interface Declarer {
  readonly nodeId: string;
  readonly deadAfterMs: number;
}

/**
 * Brings a declaration into the store; what that does is decided by `declaration.ts`.
 *
 * A job that fires after each cold start is armed here too, by whichever node declares it first in a
 * generation: the job's row is locked, and it says for which generation it was armed. Which generation
 * it is now is read after the lock was had: a node that waited for it through a cold start would arm
 * the job for one that is over.
 */
export async function declareJob(
  writer: JobWriter,
  declared: DeclaredJob,
  declarer: Declarer,
): Promise<Declared> {
  for (;;) {
    const now = await writer.now();
    const made = firstDeclared(declared, now, await currentGeneration(writer));
    if ((await insertJobs(writer, [made], now, null)).size > 0) return 'created';
    const job = await writer.lockIfThere(declared.id);
    // Somebody has removed it since.
    if (job === null) continue;
    const others = await othersOf(writer, job, declarer);
    const generation = await currentGeneration(writer);
    const { outcome, change } = redeclared(job, declared, await writer.now(), generation, others);
    if (change) await writer.apply(change);
    return outcome;
  }
}

/** Null: the cluster has never started. */
export async function currentGeneration(writer: JobWriter): Promise<Generation | null> {
  const [row] = await writer.sql.query<{ generation: string; started_at: string | null }[]>(
    `SELECT generation::text, to_json(generation_at) #>> '{}' AS started_at
     FROM ${writer.schema.quoted}.leader_lock WHERE name = 'scheduler'`,
  );
  if (!row || row.started_at === null) return null;
  return { generation: row.generation, startedAt: new Date(row.started_at) };
}

/** Live nodes declare the job, and none is to run it. */
export async function isDisabledEverywhere(
  writer: JobWriter,
  { id, pauseReason }: StoredJob,
  deadAfterMs: number,
): Promise<boolean> {
  if (pauseReason !== DISABLED_IN_CODE) return false;
  const [nodes] = await writer.query<{ disabled: boolean }>(
    `SELECT coalesce(bool_or(jobs ->> $3 = '${DISABLED_HERE}')
                       AND NOT coalesce(bool_or((jobs || tasks) ->> $3 <> '${DISABLED_HERE}'), false), false)
            AS disabled
     FROM ${writer.schema.quoted}.nodes WHERE ${isAlive('$2')}`,
    [deadAfterMs, id],
  );
  return nodes!.disabled;
}

/** A node that is not to run a job has it in `jobs`, and not among its tasks. */
async function othersOf(
  writer: JobWriter,
  { id, declaredHash }: StoredJob,
  { nodeId, deadAfterMs }: Declarer,
): Promise<Others> {
  const [others] = await writer.query<Others>(
    `SELECT coalesce(bool_or((tasks || jobs) ->> $4 = $5), false) AS declare,
            coalesce(bool_or((jobs || tasks) ->> $4 <> '${DISABLED_HERE}'), false) AS enable
     FROM ${writer.schema.quoted}.nodes
     WHERE id <> $2::uuid AND ${isAlive('$3')}`,
    [nodeId, deadAfterMs, id, declaredHash],
  );
  return others!;
}
