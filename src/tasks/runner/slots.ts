import type { RegisteredTask } from '../registry/task-registry.js';
import type { StartedRun } from './started-run.js';

/** How many more runs a node could start; `limits` says it for each task that has a limit of its own. */
export function freeOf(
  free: number,
  limited: readonly RegisteredTask[],
  busy: ReadonlySet<StartedRun>,
  concurrency: number,
): { free: number; limits?: Readonly<Record<string, number>> } {
  if (limited.length === 0) return { free };
  const limits = limited.map(({ name, concurrency: most = concurrency }) => {
    const busyHere = [...busy].filter(({ run }) => run.task === name).length;
    return [name, Math.max(0, most - busyHere)] as const;
  });
  return { free, limits: Object.fromEntries(limits) };
}
