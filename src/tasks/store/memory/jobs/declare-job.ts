import { firstDeclared, redeclared, type Generation } from '../../../domain/declaration.js';
import type { Declared, DeclaredJob } from '../../../domain/declared-job.js';
import type { MemoryDatabase } from '../database.js';
import type { JobRow } from '../rows.js';
import { MemoryJobWriter } from './job-writer.js';

/** Brings a declaration into the store. @param nodeId the node that declares it */
export function declareJob(
  database: MemoryDatabase,
  declared: DeclaredJob,
  nodeId: string,
): Declared {
  const writer = new MemoryJobWriter(database);
  const now = database.now();
  const generation = generationOf(database);
  const job = database.jobs.get(declared.id);
  if (job === undefined) {
    writer.insert(firstDeclared(declared, now, generation));
    return 'created';
  }
  const others = othersDeclare(database, job, nodeId);
  const { outcome, change } = redeclared(job, declared, now, generation, others);
  if (change) writer.apply(job, change);
  return outcome;
}

/** Null: the cluster has never started. */
export function generationOf({ lock }: MemoryDatabase): Generation | null {
  const { generation, generationAt } = lock;
  return generationAt && { generation: String(generation), startedAt: generationAt };
}

function othersDeclare(database: MemoryDatabase, job: JobRow, nodeId: string): boolean {
  return [...database.nodes.values()].some(
    (node) =>
      node.id !== nodeId &&
      database.isAlive(node) &&
      job.declaredHash !== null &&
      { ...node.tasks, ...node.jobs }[job.id] === job.declaredHash,
  );
}
