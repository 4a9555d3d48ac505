import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { ThreadRun } from 'carillon';

interface Work {
  readonly ms: number;
  /** What it writes down while it works. */
  readonly file: string;
}

/** Keeps a core busy for so long and looks at nothing: only the end of its thread can stop it. */
export function compute({ ms, file }: Work, { attempt }: ThreadRun): object {
  const until = performance.now() + ms;
  for (let next = 0; performance.now() < until;) {
    if (performance.now() < next) continue;
    appendFileSync(file, '.');
    next = performance.now() + 20;
  }
  return { inThread: !isMainThread, attempt };
}
