import type { Run } from '../../domain/run.js';
import type { RunEntity } from './entities/run.entity.js';

export function runOf(row: RunEntity): Run {
  return {
    id: row.id,
    jobId: row.jobId,
    task: row.task,
    cause: row.cause,
    fireAt: row.fireAt,
    runAt: row.runAt,
    state: row.state,
    reason: row.reason,
    coversFrom: row.coversFrom,
    coversTo: row.coversTo,
    coversCount: row.coversCount,
    attempt: row.attempt,
    nodeId: row.nodeId,
    fencingToken: row.fencingToken === null ? null : Number(row.fencingToken),
    priority: row.priority,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    error: row.error,
    result: row.result,
  };
}
