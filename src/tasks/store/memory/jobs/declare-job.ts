import {
  firstDeclared,
  redeclared,
  type Generation,
  type Others,
} from '../../../domain/declaration.js';
import { DISABLED_HERE, type Declared, type DeclaredJob } from '../../../domain/declared-job.js';
import type { MemoryDatabase } from '../database.js';
import type { JobRow, NodeRow } from '../rows.js';
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
  const others = othersOf(database, job, nodeId);
  const { outcome, change } = redeclared(job, declared, now, generation, others);
  if (change) writer.apply(job, change);
  return outcome;
}

/** Null: the cluster has never started. */
export function generationOf({ lock }: MemoryDatabase): Generation | null {
  const { generation, generationAt } = lock;
  return generationAt && { generation: String(generation), startedAt: generationAt };
}

/** The node declares the job, and is to run it. */
export const enables = ({ tasks, jobs }: Pick<NodeRow, 'tasks' | 'jobs'>, id: string) =>
  ({ ...jobs, ...tasks }[id] ?? DISABLED_HERE) !== DISABLED_HERE;

/** Live nodes declare the job, and none is to run it. */
export function isDisabledEverywhere(database: MemoryDatabase, id: string): boolean {
  const alive = [...database.nodes.values()].filter((node) => database.isAlive(node));
  return (
    alive.some(({ jobs }) => jobs[id] === DISABLED_HERE) && !alive.some((node) => enables(node, id))
  );
}

/** A node that is not to run a job has it in `jobs`, and not among its tasks. */
function othersOf(database: MemoryDatabase, { id, declaredHash }: JobRow, nodeId: string): Others {
  const others = [...database.nodes.values()].filter(
    (node) => node.id !== nodeId && database.isAlive(node),
  );
  return {
    declare: others.some(
      ({ tasks, jobs }) => declaredHash !== null && { ...tasks, ...jobs }[id] === declaredHash,
    ),
    enable: others.some((node) => enables(node, id)),
  };
}
