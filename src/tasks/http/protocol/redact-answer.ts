import { redacted } from '../../domain/redact.js';
import { textsRedacted } from './redact-text.js';
import { Slices } from '../../store/slices.js';

/** So many characters of a list are gone through in one go: a few milliseconds. */
const SLICE = 50_000;

/** Fields of answers that hold what handlers and their callers said, as against what we say. */
const THEIRS = new Set(
  ['payload', 'result', 'error', 'details', 'progress', 'message'].concat(
    // What people say of pauses and changes, and what an answer to why repeats of it.
    ['reason', 'pauseReason', 'detail'],
  ),
);

/**
 * An answer as a viewer sees it. What stands under a key that one of the patterns finds is blotted out
 * wherever handlers and callers may have put a secret: in payloads, results, errors, logs and the
 * audit. In text, such as a log line, it is what follows such a key: `password=…`, `"token": "…"`.
 */
export async function redactAnswer(answer: unknown, keys: readonly RegExp[]): Promise<unknown> {
  if (keys.length === 0) return answer;
  if (!isList(answer)) return redactedJson(answer, keys).json;
  const slices = new Slices(SLICE);
  const items: unknown[] = [];
  for (const item of answer.items) {
    const { json, length } = redactedJson(item, keys);
    items.push(json);
    await slices.did(length);
  }
  return { ...answer, items };
}

const isList = (answer: unknown): answer is { readonly items: readonly unknown[] } =>
  typeof answer === 'object' && answer !== null && 'items' in answer && Array.isArray(answer.items);

function redactedJson(value: unknown, keys: readonly RegExp[]) {
  // As it is sent: dates are text then, and nothing is left that is not JSON.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return { json: undefined, length: 0 };
  return { json: walk(JSON.parse(text), keys), length: text.length };
}

function walk(json: unknown, keys: readonly RegExp[]): unknown {
  if (Array.isArray(json)) return json.map((item) => walk(item, keys));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      THEIRS.has(key) ? textsRedacted(redacted(value, keys), keys) : walk(value, keys),
    ]),
  );
}
