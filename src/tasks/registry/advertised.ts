import { DISABLED_HERE, type DeclaredJob } from '../domain/declared-job.js';
import type { TaskRegistry } from './task-registry.js';

/** What a node tells the others that it knows. */
export interface Advertised {
  /** Task that it is to run → hash of its declaration; null for a task without a trigger. */
  readonly tasks: Readonly<Record<string, string | null>>;
  /** Id of any other job that it declares → hash of its declaration, or that it is disabled here. */
  readonly jobs: Readonly<Record<string, string>>;
}

/** What is disabled here is left to others. */
export function advertised(registry: TaskRegistry, own: readonly DeclaredJob[]): Advertised {
  const enabled = registry.all().filter(({ job }) => !job?.disabled);
  const others = own.filter((job) => job.disabled || !isOfTask(registry, job));
  return {
    tasks: Object.fromEntries(enabled.map(({ name, job }) => [name, job?.hash ?? null])),
    jobs: Object.fromEntries(
      others.map((job) => [job.id, job.disabled ? DISABLED_HERE : job.hash]),
    ),
  };
}

/** The job of a task that bears its name. */
const isOfTask = (registry: TaskRegistry, { id, origin }: DeclaredJob) =>
  origin === 'declared' && registry.find(id)?.job?.id === id;
