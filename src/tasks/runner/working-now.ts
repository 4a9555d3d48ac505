import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { TaskContext } from '../registry/task-context.js';

/** Under which the thread of the engine finds the function: it halts this one, and asks. */
const WORKING_NOW = Symbol.for('carillon.working-now');

const requests = new AsyncLocalStorage<string>();

/**
 * Lets be asked for what the main thread works at this very moment: a run or a request, by the context in which the code
 * that is asked goes on. So a request is named that computes while ten runs wait for something else, and not one of those.
 */
export function tellWorkingNow(): void {
  if (Reflect.has(globalThis, WORKING_NOW)) return;
  Reflect.set(globalThis, WORKING_NOW, workingNow);
  // Whatever the host's framework is, its server tells of each request here, before anybody sees it.
  subscribe('http.server.request.start', (message) => {
    const { method, url } = (message as { readonly request: IncomingMessage }).request;
    requests.enterWith(`the request ${method} ${url?.split('?')[0]}`);
  });
}

/** In words; null: neither a run nor a request. */
export function workingNow(): string | null {
  const run = TaskContext.current();
  if (run) return `the task ${run.task} (job "${run.jobId}", run ${run.runId})`;
  return requests.getStore() ?? null;
}
