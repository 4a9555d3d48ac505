import { AsyncLocalStorage } from 'node:async_hooks';
import * as api from '@opentelemetry/api';

export interface RecordedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Record<string, unknown>;
  readonly links: api.SpanContext[];
  readonly exceptions: string[];
  readonly isRoot: boolean;
  status?: api.SpanStatus;
  ended: boolean;
}

/** Stands in for the SDK of OpenTelemetry: it keeps each span that is begun. */
export class RecordedSpans {
  readonly spans: RecordedSpan[] = [];

  /** From now on until `end`. */
  begin(): void {
    const storage = new AsyncLocalStorage<api.Context>();
    api.context.setGlobalContextManager({
      active: () => storage.getStore() ?? api.ROOT_CONTEXT,
      with: (context, body, self, ...given) => storage.run(context, () => body.apply(self, given)),
      bind: (context, target) => target,
      enable: () => api.context as never,
      disable: () => api.context as never,
    });
    const startSpan = (name: string, options: api.SpanOptions = {}) => this.start(name, options);
    const tracer = { startSpan } as unknown as api.Tracer;
    api.trace.setGlobalTracerProvider({ getTracer: () => tracer });
  }

  end(): void {
    api.trace.disable();
    api.context.disable();
  }

  private start(name: string, { attributes = {}, links = [], root = false }: api.SpanOptions) {
    const n = (this.spans.length + 1).toString(16);
    const span: RecordedSpan = {
      name,
      traceId: n.padStart(32, 'a'),
      spanId: n.padStart(16, 'b'),
      attributes: { ...attributes },
      links: links.map(({ context }) => context),
      exceptions: [],
      isRoot: root,
      ended: false,
    };
    this.spans.push(span);
    const { traceId, spanId } = span;
    return {
      spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
      isRecording: () => !span.ended,
      setAttribute: (key: string, value: unknown) => (span.attributes[key] = value),
      addLink: ({ context }: api.Link) => span.links.push(context),
      recordException: ({ message }: { message: string }) => span.exceptions.push(message),
      setStatus: (status: api.SpanStatus) => (span.status = status),
      end: () => (span.ended = true),
    };
  }
}
