import { redacted } from '../../domain/redact.js';

/** Fields of answers that hold what handlers and their callers said, as against what we say. */
const THEIRS = new Set(['payload', 'result', 'error', 'details', 'progress', 'message']);

/**
 * An answer as a viewer sees it. What stands under a key that one of the patterns finds is blotted out
 * wherever handlers and callers may have put a secret: in payloads, results, errors, logs and the
 * audit. In text, such as a log line, it is what follows such a key: `password=…`, `"token": "…"`.
 */
export function redactAnswer(answer: unknown, keys: readonly RegExp[]): unknown {
  if (keys.length === 0) return answer;
  // As it is sent: dates are text then, and nothing is left that is not JSON.
  const text = JSON.stringify(answer) as string | undefined;
  return text === undefined ? undefined : walk(JSON.parse(text), keys);
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

/** A key and what separates it from its value. */
const KEY = /([\w.-]{2,64})["']?\s*[:=]\s*/y;
const WORD = /[\w.-]+|[^\w.-]+/y;
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

/** From word to word: the value of a harmless key may begin with the key of a secret. */
function pairsRedacted(text: string, keys: readonly RegExp[]): string {
  let answer = '';
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const [pair = '', key = ''] = take(KEY) ?? [];
    if (pair !== '' && keys.some((pattern) => key.search(pattern) >= 0)) {
      at += pair.length;
      const value = take(VALUE)?.[0] ?? '';
      at += value.length;
      answer += pair + (value === '' ? '' : REDACTED);
      continue;
    }
    const word = take(WORD)?.[0] ?? '';
    at += word.length;
    answer += word;
  }
  return answer;
}
