import { redacted } from '../domain/redact.js';
import type { RunError } from '../domain/run.js';
import { storableJson, storableText } from '../domain/storable.js';

/** Longer messages and stacks are cut: a ledger is no log. In characters. */
const MAX_TEXT = 16_000;

/** Larger results are not kept. In characters of JSON. */
const MAX_RESULT = 65_536;

/** So many causes of causes are kept. */
const DEEPEST_CAUSE = 5;

/**
 * What a handler threw, as it is kept. Never throws itself: getters and `toString` may.
 *
 * @param secretKeys what stands under such a key of a thrown object is not kept
 */
export function runError(thrown: unknown, secretKeys: readonly RegExp[] = []): RunError {
  try {
    return described(thrown, 0, secretKeys);
  } catch {
    return { name: 'Error', message: 'what the handler threw cannot be described' };
  }
}

function described(thrown: unknown, depth: number, secretKeys: readonly RegExp[]): RunError {
  if (!(thrown instanceof Error))
    return { name: 'Error', message: kept(textOf(thrown, secretKeys)) };
  const { name, message, stack, cause } = thrown;
  return {
    name: kept(String(name)),
    message: kept(String(message)),
    ...(typeof stack === 'string' ? { stack: kept(stack) } : {}),
    ...(cause !== undefined && depth < DEEPEST_CAUSE
      ? { cause: described(cause, depth + 1, secretKeys) }
      : {}),
  };
}

/**
 * A handler's result as JSON. `lost` says why it is not kept.
 *
 * @param secretKeys what stands under such a key is not kept
 */
export function runResult(
  result: unknown,
  secretKeys: readonly RegExp[] = [],
): { value?: unknown; lost?: string } {
  if (result === undefined) return {};
  try {
    const json = storableJson(result);
    if (json === undefined) return {};
    if (json.length > MAX_RESULT) return { lost: `it has ${json.length} characters of JSON` };
    return { value: redacted(JSON.parse(json), secretKeys) };
  } catch (error) {
    return { lost: error instanceof Error ? error.message : String(error) };
  }
}

function textOf(thrown: unknown, secretKeys: readonly RegExp[]): string {
  if (typeof thrown === 'string') return thrown;
  try {
    const json = JSON.stringify(thrown) as string | undefined;
    return json === undefined
      ? String(thrown)
      : JSON.stringify(redacted(JSON.parse(json), secretKeys));
  } catch {
    return String(thrown);
  }
}

const kept = (text: string) => storableText(text.slice(0, MAX_TEXT));
