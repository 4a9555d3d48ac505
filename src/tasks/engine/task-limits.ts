import type { ClaimedRun } from '../store/run-queue.js';

/** How many more runs of a task this node may take, for tasks that have a limit. */
export type TaskLimits = Readonly<Record<string, number>>;

/** Some task may be taken more often than before. */
export function isMore(limits: TaskLimits, before: TaskLimits): boolean {
  return Object.entries(before).some(([task, most]) => (limits[task] ?? Infinity) > most);
}

export function without(limits: TaskLimits, runs: readonly ClaimedRun[]): TaskLimits {
  const left: Record<string, number> = { ...limits };
  for (const { task } of runs) {
    const most = left[task];
    if (most !== undefined) left[task] = Math.max(0, most - 1);
  }
  return left;
}
