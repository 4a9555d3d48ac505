import { TaskContext } from '../registry/task-context.js';
import { traceIds } from './tracing/otel-api.js';

/** What a line of a log says of the run that it was written in. */
export interface RunFields {
  readonly jobId?: string;
  readonly runId?: string;
  readonly attempt?: number;
  readonly traceId?: string;
  readonly spanId?: string;
}

/**
 * Of the run that goes on here, for every line of a logger, whichever it is: `pino({ mixin: runFields })`. Outside of
 * a run there are only the ids of the trace, if there is one.
 */
export function runFields(): RunFields {
  const context = TaskContext.current();
  if (!context) return traceIds();
  const { jobId, runId, attempt } = context;
  return { jobId, runId, attempt, ...traceIds() };
}
