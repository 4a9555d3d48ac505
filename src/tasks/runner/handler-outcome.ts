import type { Claim, Outcome } from '../store/run-queue.js';

/** An outcome that does not say yet whose it is. */
export type HandlerOutcome = Omit<Outcome, keyof Claim>;
