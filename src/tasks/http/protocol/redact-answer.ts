import { redacted } from '../../domain/redact.js';
import { Slices } from './slices.js';

/** So many characters of a list are gone through in one go: a few milliseconds. */
const SLICE = 50_000;

/** Fields of answers that hold what handlers and their callers said, as against what we say. */
const THEIRS = new Set(['payload', 'result', 'error', 'details', 'progress', 'message']);

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
      THEIRS.has(key) ? textRedacted(redacted(value, keys), keys) : walk(value, keys),
    ]),
  );
}

/** A key, from the beginning of a word on, and what separates it from its value. */
const KEY = /(?<![\w.-])([\w.-]{2,64})["']?\s*[:=]\s*/g;
/** A value, up to where it seems to end. */
const VALUE = /"[^"]*"|'[^']*'|[^\s,;&"']+/y;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
const IN_URL = /(:\/\/[^\s/:@]*:)[^\s/@]+@/g;
const REDACTED = '[redacted]';

function textRedacted(json: unknown, keys: readonly RegExp[]): unknown {
  if (typeof json === 'string') {
    const text = json.replace(BEARER, `$1 ${REDACTED}`).replace(IN_URL, `$1${REDACTED}@`);
    return pairsRedacted(text, keys);
  }
  if (Array.isArray(json)) return json.map((item) => textRedacted(item, keys));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, textRedacted(value, keys)]),
  );
}

/** From key to key: the value of a harmless one may begin with the key of a secret. */
function pairsRedacted(text: string, keys: readonly RegExp[]): string {
  const kept: string[] = [];
  let from = 0;
  KEY.lastIndex = 0;
  for (let pair = KEY.exec(text); pair !== null; pair = KEY.exec(text)) {
    const [whole, key = ''] = pair;
    if (!keys.some((pattern) => key.search(pattern) >= 0)) {
      KEY.lastIndex = pair.index + key.length;
      continue;
    }
    VALUE.lastIndex = pair.index + whole.length;
    const value = VALUE.exec(text)?.[0] ?? '';
    const end = pair.index + whole.length;
    if (value !== '') kept.push(text.slice(from, end), REDACTED);
    from = value === '' ? from : end + value.length;
    KEY.lastIndex = end + value.length;
  }
  return from === 0 ? text : kept.join('') + text.slice(from);
}
