import type { Link, Span, SpanContext } from '@opentelemetry/api';
import type { Clock } from '../../domain/clock.js';
import type { ClaimedRun } from '../../store/run-queue.js';
import type { HandlerOutcome } from '../handler-outcome.js';
import { otelApi } from './otel-api.js';
import { NO_SPAN, type OpenSpan, type RunSpan } from './run-span.js';

export interface SpanSources {
  readonly nodeId: () => string;
  readonly clock: Clock;
  /** Where the code of a task stands. */
  readonly sourceOf: (task: string) => string | undefined;
  /** The `traceparent` of the request that asked for a run; null: it came from no trace. */
  readonly requestOf: (runId: string) => Promise<string | null>;
}

/** So many attempts are remembered that another one is to follow here. */
const MOST_RETRIED = 1_000;

/**
 * A span for each attempt of a run, the root of a trace of its own. It is linked to the request that asked for the
 * run, and to the attempt before where that was here. It bears the name of the task: jobs may be many.
 *
 * Neither the start nor the outcome of a run waits for any of it.
 */
export function otelSpans(from: SpanSources, version: string): OpenSpan {
  const api = otelApi;
  if (api === null) return () => NO_SPAN;
  const before = new Map<string, SpanContext>();
  return (run) => {
    const retried = before.get(run.runId);
    before.delete(run.runId);
    const span = api.trace.getTracer('carillon', version).startSpan(`scheduler.run ${run.task}`, {
      kind: api.SpanKind.INTERNAL,
      root: true,
      attributes: attributesOf(run, from),
      links: retried ? [{ context: retried }] : [],
    });
    if (!api.isSpanContextValid(span.spanContext())) return NO_SPAN;
    const linked = span.isRecording() ? linkRequest(span, run, from) : Promise.resolve();
    const opened: RunSpan = {
      within: (body) => api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, span), body),
      end: (outcome) => {
        const endedAt = new Date();
        tellOutcome(span, outcome, api.SpanStatusCode.ERROR);
        if (outcome.retryInMs !== undefined && before.size < MOST_RETRIED)
          before.set(run.runId, span.spanContext());
        void linked.finally(() => span.end(endedAt));
      },
    };
    return opened;
  };
}

function attributesOf(run: ClaimedRun, { nodeId, clock, sourceOf }: SpanSources) {
  const source = sourceOf(run.task);
  return {
    'scheduler.job.id': run.jobId,
    'scheduler.run.id': run.runId,
    'scheduler.run.attempt': run.attempt,
    'scheduler.run.cause': run.cause,
    'scheduler.scheduled_time': run.fireAt.toISOString(),
    'scheduler.fire.lag': Math.max(0, clock.now().getTime() - run.runAt.getTime()) / 1_000,
    'scheduler.node.id': nodeId(),
    ...(run.fencingToken !== null && { 'scheduler.fencing_token': run.fencingToken }),
    ...(source !== undefined && { 'code.function.name': source }),
  };
}

function tellOutcome(span: Span, { state, error, retryInMs }: HandlerOutcome, code: number): void {
  span.setAttribute('scheduler.run.outcome', retryInMs === undefined ? state : 'retried');
  if (!error) return;
  span.setAttribute('error.type', error.name);
  span.recordException({
    name: error.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
  });
  span.setStatus({ code, message: error.message });
}

/** Only what somebody asked for has such a request. It is looked up beside the run. */
async function linkRequest(span: Span, run: ClaimedRun, { requestOf }: SpanSources): Promise<void> {
  if (run.cause !== 'manual' && run.cause !== 'retry') return;
  const link = linkTo(await requestOf(run.runId).catch(() => null));
  if (link) span.addLink?.(link);
}

function linkTo(traceparent: string | null): Link | null {
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '');
  if (!parts) return null;
  const [, traceId = '', spanId = '', flags = '0'] = parts;
  return { context: { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true } };
}
