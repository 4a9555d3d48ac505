import type { ThreadRun } from './runner-options.js';

/** What a worker is given. */
export interface ThreadTask {
  /** The URL of the host's module, and the name of what it exports. */
  readonly module: string;
  readonly name: string;
  readonly payload: unknown;
  readonly run: ThreadRun;
}

/**
 * The first thing that runs in a worker thread: it calls the host's function with the payload and what
 * is known of the run. It may import nothing of ours but types, so that a worker begins quickly.
 */
export default async function callInThread(task: ThreadTask): Promise<unknown> {
  const { module, name, payload, run } = task;
  const exported = (await import(module)) as Record<string, unknown>;
  const found = exported[name];
  if (typeof found !== 'function') {
    throw new TypeError(
      `${module} exports no function "${name}": name one of its own in "export" of the task's thread.`,
    );
  }
  return (found as (payload: unknown, run: ThreadRun) => unknown)(payload, run);
}
