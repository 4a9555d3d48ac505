const FAILED = ['failed', 'timed-out', 'abandoned'];

let last = '';
const listeners = new Set<() => void>();

/** Remembers a run that has just gone wrong. */
export function hearRun({
  jobId,
  state,
}: {
  readonly jobId?: string;
  readonly state?: string;
}): void {
  if (jobId === undefined || state === undefined || !FAILED.includes(state)) return;
  last = `A run of ${jobId} has ${state === 'timed-out' ? 'timed out' : state === 'failed' ? 'failed' : 'been abandoned'}.`;
  for (const tell of listeners) tell();
}

/** The last one, in words. */
export const heardFailure = (): string => last;

export function listenToFailures(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
