/** Why the signal of a run was aborted, and what that makes of the run. */
export interface Ending {
  /** Null: the run's outcome is whatever the handler makes of it. */
  readonly state: 'timed-out' | 'cancelled' | null;
  /** The `reason` of the signal. */
  readonly error: Error;
}

export const timedOut = (timeoutMs: number): Ending => ({
  state: 'timed-out',
  error: named('TimeoutError', `The run took longer than its ${timeoutMs} ms.`),
});

/** @param why what whoever cancelled the run said */
export const cancelled = (why: string): Ending => ({
  state: 'cancelled',
  error: named('CancelledError', `The run was cancelled: ${why}.`),
});

export const claimLost = (): Ending => ({
  state: null,
  error: named('ClaimLostError', "claim-lost: the run is no longer this node's."),
});

export const nodeStops = (): Ending => ({
  state: null,
  error: named('NodeStopped', 'the node stops'),
});

/** Names are what handlers, retry policies and people tell errors by. */
function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
