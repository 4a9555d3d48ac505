import type { RunRow } from '../rows.js';

type Never = 'id' | 'result' | 'progress' | 'cancelRequestedAt' | 'cancelReason' | 'handlerAlive';

type Needed = 'jobId' | 'task' | 'cause' | 'state' | 'fireAt' | 'runAt' | 'createdAt';

/** A run that is to be inserted: what is not given is as of one that nothing has happened to yet. */
export type NewRun = Pick<RunRow, Needed> & Partial<Omit<RunRow, Never>>;

/** Its row, field by field: rows are made with each fire, and a spread of so many fields is slow. */
export function rowOf(id: string, given: NewRun): RunRow {
  return {
    id,
    jobId: given.jobId,
    task: given.task,
    payload: given.payload,
    cause: given.cause,
    fireAt: given.fireAt,
    runAt: given.runAt,
    state: given.state,
    reason: given.reason ?? null,
    held: given.held ?? null,
    coversFrom: given.coversFrom ?? null,
    coversTo: given.coversTo ?? null,
    coversCount: given.coversCount ?? null,
    attempt: given.attempt ?? 0,
    nodeId: given.nodeId ?? null,
    fencingToken: given.fencingToken ?? null,
    priority: given.priority ?? 0,
    createdAt: given.createdAt,
    startedAt: given.startedAt ?? null,
    finishedAt: given.finishedAt ?? null,
    error: given.error ?? null,
    result: null,
    progress: null,
    retryOf: given.retryOf ?? null,
    backfillId: given.backfillId ?? null,
    cancelRequestedAt: null,
    cancelReason: null,
    handlerAlive: false,
  };
}
