import { createRequire } from 'node:module';
import type * as Api from '@opentelemetry/api';

/** Null: the host has not installed it, and nothing is traced. */
export const otelApi = load();

function load(): typeof Api | null {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as typeof Api;
  } catch {
    return null;
  }
}

/** Of the span that is going on here. Where nothing records spans there is none. */
export function traceIds(): { readonly traceId?: string; readonly spanId?: string } {
  const context = otelApi?.trace.getActiveSpan()?.spanContext();
  if (!context || !otelApi?.isSpanContextValid(context)) return {};
  return { traceId: context.traceId, spanId: context.spanId };
}

/** The same as a header `traceparent` has it, for whoever is to be linked to it; undefined: there is none. */
export function traceparent(): string | undefined {
  const context = otelApi?.trace.getActiveSpan()?.spanContext();
  if (!context || !otelApi?.isSpanContextValid(context)) return undefined;
  const flags = context.traceFlags.toString(16).padStart(2, '0');
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}
