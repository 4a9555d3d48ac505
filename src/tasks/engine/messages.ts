import type { Claim, ClaimedRun, Outcome } from '../store/run-queue.js';

/**
 * All that passes between the engine and the runner: plain data, so that the engine can live in
 * another thread than the handlers.
 */
export type ToRunner =
  | { readonly type: 'claimed'; readonly runs: readonly ClaimedRun[] }
  /** The run is no longer this node's: its handler should end, and its outcome will not count. */
  | { readonly type: 'abort'; readonly claim: Claim; readonly reason: 'claim-lost' }
  | { readonly type: 'recorded'; readonly claim: Claim; readonly nextFireAt: Date | null }
  | { readonly type: 'refused'; readonly claim: Claim }
  | { readonly type: 'leads'; readonly leads: boolean }
  /** Why the database does not answer this node; null: it does. */
  | { readonly type: 'database'; readonly unreachable: string | null };

export type ToEngine =
  | { readonly type: 'slots'; readonly free: number }
  | { readonly type: 'outcome'; readonly outcome: Outcome };
