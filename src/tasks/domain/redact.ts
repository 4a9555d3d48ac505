export const REDACTED = '[redacted]';

/** Keys under which hosts keep what is nobody's business. Short ones are whole words: no `pinned`. */
export const SECRET_KEYS: readonly RegExp[] = [
  /pass(word|wd|phrase|code)|pass$|pwd|secret|token|jwt|authorization|bearer|credential|cookie/i,
  /(api|access|private|signing|encryption|master)[-_ ]?key|session[-_ ]?id|connection[-_ ]?string/i,
  /(^|[^a-z])(pin|pw|otp|cvv|cvc|dsn|sid)([^a-z]|$)/i,
  /[a-z](Pin|Pw|Otp|Cvv|Cvc|Dsn|Sid)([^a-z]|$)/,
];

/** Fields that say what the value beside them is, as lists of variables and of headers have them. */
const NAMING = /^(name|key|field|header|variable|param|parameter|option|env)$/i;
const VALUE = /^(value|val|content|data|text)$/i;

/**
 * JSON in which whatever stands under a key that one of the patterns finds is `[redacted]`, however
 * deep. Text is not searched: only keys tell what a value is, and what names the value beside it:
 * `{"name": "password", "value": …}`, `["password", …]`, `["--password", …]`.
 */
export function redacted(json: unknown, keys: readonly RegExp[]): unknown {
  if (keys.length === 0) return json;
  if (Array.isArray(json)) return listRedacted(json, keys);
  if (typeof json !== 'object' || json === null) return json;
  const fields = Object.entries(json);
  const namesSecret = fields.some(([key, value]) => NAMING.test(key) && isSecret(value, keys));
  return Object.fromEntries(
    fields.map(([key, value]) => [
      key,
      isSecret(key, keys) || (namesSecret && VALUE.test(key)) ? REDACTED : redacted(value, keys),
    ]),
  );
}

/** Whether a text is the key of a secret. */
export const isSecret = (key: unknown, keys: readonly RegExp[]): boolean =>
  // `search` begins anew each time, also for a pattern with the flag g.
  typeof key === 'string' && key.length <= MAX_KEY && keys.some((one) => key.search(one) >= 0);

/** What is longer is no key, but a text that speaks of something. */
const MAX_KEY = 64;

function listRedacted(list: readonly unknown[], keys: readonly RegExp[]): unknown[] {
  const [first] = list;
  const isPair = list.length === 2 && isSecret(first, keys) && !/\s/.test(String(first));
  return list.map((item, index) => {
    const before = list[index - 1];
    const isOption = isFlag(before) && isSecret(before, keys) && !isFlag(item);
    return (isPair && index === 1) || isOption ? REDACTED : redacted(item, keys);
  });
}

const isFlag = (item: unknown) => typeof item === 'string' && /^--?[a-z][\w-]*$/i.test(item);
