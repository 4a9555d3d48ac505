import type { BriefRun, Run } from './run.js';

/** More failures in a row are not counted. */
export const MAX_FAILURES = 10;

/** What can become of a run that was carried out, what is worst first. */
export const RESULTS = ['failed', 'timed-out', 'abandoned', 'succeeded'] as const;

/** What became of the last run of a job that was carried out. */
export interface LastResult {
  readonly state: (typeof RESULTS)[number];
  /** How long it took; null: it never began. */
  readonly durationMs: number | null;
}

/** @param runs newest first */
export function lastResultOf(runs: readonly EndedRun[]): LastResult | null {
  for (const { state, startedAt, finishedAt } of runs) {
    const result = RESULTS.find((one) => one === state);
    if (!result || !finishedAt) continue;
    const durationMs = startedAt && finishedAt.getTime() - startedAt.getTime();
    return { state: result, durationMs };
  }
  return null;
}

type EndedRun = Pick<Run, 'state' | 'startedAt' | 'finishedAt'>;

/** How a job fares: its last runs failed so often in a row. */
export interface Failures {
  /** Up to `MAX_FAILURES`. */
  readonly inARow: number;
  /** When the first of them ended. */
  readonly since: Date | null;
}

/**
 * How often in a row the last runs failed; null: the last one did not. What was skipped or cancelled tells
 * nothing, nor does what is not over.
 *
 * @param runs newest first
 */
export function failuresOf(runs: readonly BriefRun[]): Failures | null {
  const telling = runs.filter(({ state }) => state === 'succeeded' || isFailure(state));
  const success = telling.findIndex(({ state }) => state === 'succeeded');
  const failed = success < 0 ? telling : telling.slice(0, success);
  if (failed.length === 0) return null;
  return {
    inARow: Math.min(failed.length, MAX_FAILURES),
    since: failed.at(-1)!.finishedAt,
  };
}

const isFailure = (state: BriefRun['state']): boolean =>
  state === 'failed' || state === 'timed-out' || state === 'abandoned';
