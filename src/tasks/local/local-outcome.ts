import { retryDelayMs } from '../domain/retry.js';
import type { RunError } from '../domain/run.js';
import { runError } from '../runner/outcome-of.js';
import type { Claim, ClaimedRun, Outcome } from '../store/run-queue.js';
import type { LocalRun } from './local-run.js';

/** Of the waits that chance could choose, so that a test knows when. */
const LONGEST = 1;

type LocalOutcome = Omit<Outcome, keyof Claim>;

/** What becomes of a run whose handler has thrown. @param isLast there is no time for another attempt */
export function failed({ run }: LocalRun, thrown: unknown, isLast: boolean): LocalOutcome {
  return triedAgain(run, { state: 'failed', error: runError(thrown) }, isLast);
}

/**
 * What becomes of a run whose handler has ended after it was told to.
 *
 * @param thrown what it threw then, which is kept as the cause
 */
export function toldToEnd(
  { run, ending }: LocalRun,
  thrown: unknown,
  isLast: boolean,
): LocalOutcome | null {
  if (!ending?.state) return null;
  const { state } = ending;
  const isOther = thrown !== undefined && thrown !== ending.error;
  const error = { ...runError(ending.error), ...(isOther && { cause: runError(thrown) }) };
  return state === 'timed-out' ? triedAgain(run, { state, error }, isLast) : { state, error };
}

/** In how long the run would be tried again if it ended with this error now; null: it would not. */
export const retryInMs = ({ policy, attempt }: ClaimedRun, errorName: string): number | null =>
  retryDelayMs(policy.retry, attempt, errorName, LONGEST);

function triedAgain(
  run: ClaimedRun,
  outcome: LocalOutcome & { readonly error: RunError },
  isLast: boolean,
): LocalOutcome {
  const ms = isLast ? null : retryInMs(run, outcome.error.name);
  return ms === null ? outcome : { ...outcome, retryInMs: ms };
}
