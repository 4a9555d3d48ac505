import { types } from 'node:util';
import { jsonValue } from '../domain/json-value.js';
import { redacted, SECRET_KEYS } from '../domain/redact.js';
import type { RunError } from '../domain/run.js';
import { storableJson, storableText } from '../domain/storable.js';

/** Longer messages and stacks are cut, those of what is behind an error earlier. In characters. */
const MAX_TEXT = 16_000;
const MAX_INNER_TEXT = 4_000;

/** Larger results are not kept. In characters of JSON. */
const MAX_RESULT = 65_536;

/** So many causes of causes are kept, of errors that are the sum of others so many, and of fields. */
const DEEPEST_CAUSE = 5;
const DEEPEST_ERRORS = 1;
const MAX_ERRORS = 10;
const MAX_FIELDS = 20;

/** Larger fields of an error are not kept, in characters of JSON. */
const MAX_FIELD = 1_000;

/** Fields of an error that are kept as such, and what a query was given, which is nobody's business. */
const OWN_PLACE: ReadonlySet<string> = new Set([
  'name',
  'message',
  'stack',
  'cause',
  'errors',
  'parameters',
]);

/**
 * What a handler threw, as it is kept. Never throws itself: getters and `toString` may.
 *
 * @param secretKeys what stands under such a key of a thrown object is not kept
 */
export function runError(thrown: unknown, secretKeys = SECRET_KEYS): RunError {
  try {
    return described(thrown, 0, secretKeys);
  } catch {
    return { name: 'Error', message: 'what the handler threw cannot be described' };
  }
}

function described(thrown: unknown, depth: number, secretKeys: readonly RegExp[]): RunError {
  if (!isError(thrown)) return { name: 'Error', message: kept(textOf(thrown, secretKeys)) };
  const { name, message, stack, cause } = thrown;
  const inner = (error: unknown) => described(error, depth + 1, secretKeys);
  const isDeepest = depth >= DEEPEST_CAUSE;
  const errors: unknown = depth > DEEPEST_ERRORS ? undefined : Reflect.get(thrown, 'errors');
  const most = depth === 0 ? MAX_TEXT : MAX_INNER_TEXT;
  const fields = fieldsOf(thrown, secretKeys);
  return {
    name: kept(String(name)),
    message: kept(String(message), most),
    ...(typeof stack === 'string' && { stack: kept(stack, most) }),
    ...(cause !== undefined && !isDeepest && { cause: inner(cause) }),
    ...(Array.isArray(errors) && { errors: errors.slice(0, MAX_ERRORS).map(inner) }),
    ...(fields.length > 0 && { fields: Object.fromEntries(fields) }),
  };
}

/** Also one of another realm, as a test runner has. */
export const isError = (thrown: unknown): thrown is Error =>
  thrown instanceof Error || types.isNativeError(thrown);

/** Those that have JSON of a moderate size. */
function fieldsOf(error: Error, secretKeys: readonly RegExp[]): readonly [string, unknown][] {
  const given = Object.keys(error).filter((key) => !OWN_PLACE.has(key));
  return given.slice(0, MAX_FIELDS).flatMap((key): [string, unknown][] => {
    const found = jsonValue(Reflect.get(error, key));
    if (!('json' in found) || found.json === null) return [];
    const field = redacted({ [key]: found.json }, secretKeys) as Record<string, unknown>;
    return JSON.stringify(field).length > MAX_FIELD ? [] : [[key, field[key]]];
  });
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
  if (result === undefined || typeof result === 'function' || typeof result === 'symbol') return {};
  try {
    const found = jsonValue(result);
    // A text that cannot be kept as it is is mended; all else that has no JSON is lost as a whole.
    if (!('json' in found) && !found.isText) return { lost: lossOf(found) };
    const json = 'json' in found ? JSON.stringify(found.json) : storableJson(result);
    if (json === undefined) return {};
    if (json.length > MAX_RESULT) return { lost: `it has ${json.length} characters of JSON` };
    return { value: redacted(JSON.parse(json), secretKeys) };
  } catch (error) {
    return { lost: error instanceof Error ? error.message : String(error) };
  }
}

function lossOf({ path, message }: { readonly path: readonly string[]; readonly message: string }) {
  return `${path.length > 0 ? `what stands at ${path.join('.')}` : 'it'} ${message}`;
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

const kept = (text: string, most = MAX_TEXT) => storableText(text.slice(0, most));
