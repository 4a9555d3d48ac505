import type { Log } from '../domain/log.js';
import { redacted, SECRET_KEYS } from '../domain/redact.js';
import type { RunError } from '../domain/run.js';
import type { TaskLogger } from '../registry/task-context.js';
import { isError, runError } from './outcome-of.js';

/** Deeper values are not shown. */
const MAX_LEVELS = 8;

/**
 * What a handler gives its logger, as one line: texts as they are, errors with their stack and what is
 * behind them, all else as JSON, also what has none of its own. Never throws: getters may.
 *
 * @param secretKeys what stands under such a key is not kept
 */
export function lineOf(parts: readonly unknown[], secretKeys: readonly RegExp[] = []): string {
  return parts.map((part) => shown(part, secretKeys)).join(' ');
}

/** A handler's logger that writes to the process log alone. */
export function processLogger(log: Log): TaskLogger {
  const to =
    (level: keyof Log) =>
    (...parts: unknown[]) =>
      log[level](lineOf(parts, SECRET_KEYS));
  return { debug: to('debug'), log: to('log'), warn: to('warn'), error: to('error') };
}

/** An error with what its own stack does not tell. */
export function errorInFull({ stack, message, cause, errors = [] }: RunError): string {
  const behind = [
    ...(cause ? [`caused by ${errorInFull(cause)}`] : []),
    ...errors.map((error, index) => `${index + 1} of ${errors.length}: ${errorInFull(error)}`),
  ];
  return [stack ?? message, ...behind].join('\n');
}

function shown(part: unknown, secretKeys: readonly RegExp[]): string {
  if (typeof part === 'string') return part;
  try {
    if (isError(part)) return errorInFull(runError(part, secretKeys));
    if (typeof part !== 'object' || part === null) return String(part);
    return JSON.stringify(redacted(plain(part, []), secretKeys));
  } catch {
    return `a ${typeof part} that cannot be shown`;
  }
}

/** The value without what JSON does not have. @param above what it is a part of */
function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length === MAX_LEVELS) return '[deeper]';
  const inner = (item: unknown) => plain(item, [...above, value]);
  if (isError(value)) return { name: value.name, message: value.message, ...fields(value, inner) };
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return plain((value.toJSON as () => unknown)(), [...above, value]);
  if (value instanceof Map) return fields(Object.fromEntries(value), inner);
  if (value instanceof Set || Array.isArray(value)) return Array.from(value, inner);
  return fields(value, inner);
}

const fields = (value: object, inner: (item: unknown) => unknown) =>
  Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]));
