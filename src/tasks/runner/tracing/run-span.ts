import type { ClaimedRun } from '../../store/run-queue.js';
import type { HandlerOutcome } from '../handler-outcome.js';

/** What an attempt of a run is in a trace. */
export interface RunSpan {
  /** Calls `body`, in which and below which it is the span that goes on. */
  within<T>(body: () => T): T;
  end(outcome: HandlerOutcome): void;
}

export type OpenSpan = (run: ClaimedRun) => RunSpan;

/** Where nobody traces. */
export const NO_SPAN: RunSpan = { within: (body) => body(), end: () => undefined };
