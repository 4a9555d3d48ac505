import { inspect } from 'node:util';
import { jsonValue } from '../domain/json-value.js';
import type { Log } from '../domain/log.js';
import { redacted, SECRET_KEYS } from '../domain/redact.js';
import type { TaskLogger } from '../registry/task-context.js';

/**
 * What a handler gives its logger, as one line: texts as they are, errors with their stack, all else as
 * JSON, or as Node shows what has none. Never throws: getters and `toString` may.
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

function shown(part: unknown, secretKeys: readonly RegExp[]): string {
  if (typeof part === 'string') return part;
  try {
    if (part instanceof Error) return part.stack ?? String(part);
    if (typeof part !== 'object' || part === null) return inspect(part);
    const found = jsonValue(part);
    return 'json' in found
      ? JSON.stringify(redacted(found.json, secretKeys))
      : inspect(part, {
          depth: 4,
          maxArrayLength: 100,
          maxStringLength: 1_000,
          breakLength: Infinity,
        });
  } catch {
    return `a ${typeof part} that cannot be shown`;
  }
}
