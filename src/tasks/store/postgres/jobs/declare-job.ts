import { firstDeclared, redeclared, type Generation } from '../../../domain/declaration.js';
import type { Declared, DeclaredJob } from '../../../domain/declared-job.js';
import { isAlive } from '../nodes/live-nodes.js';
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
    if (await writer.insert(made, now)) return 'created';
    const job = await writer.lockIfThere(declared.id);
    // Somebody has removed it since.
    if (job === null) continue;
    const others = await othersDeclare(writer, declared.id, job.declaredHash, declarer);
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

async function othersDeclare(
  writer: JobWriter,
  jobId: string,
  hash: string | null,
  { nodeId, deadAfterMs }: Declarer,
): Promise<boolean> {
  const rows = await writer.query(
    `SELECT 1 FROM ${writer.schema.quoted}.nodes
     WHERE id <> $2::uuid AND ${isAlive('$3')}
       AND (tasks || jobs) ->> $4 = $5
     LIMIT 1`,
    [nodeId, deadAfterMs, jobId, hash],
  );
  return rows.length > 0;
}
