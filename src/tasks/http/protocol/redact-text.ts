import { isSecret, redacted, REDACTED } from '../../domain/redact.js';

/**
 * What follows the key of a secret in a text: `password=…`, `"token": "…"`, `--pin …`, `{"name":
 * "password", "value": …}`. It is blotted out whole, up to where it must have ended, rather more than
 * too little.
 */
function redactText(text: string, keys: readonly RegExp[]): string {
  return asJson(text, keys) ?? pairsRedacted(knownRedacted(text), keys);
}

/** What is a secret by its looks alone. */
function knownRedacted(text: string): string {
  return text
    .replace(PEM, REDACTED)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(JWT, REDACTED)
    .replace(IN_URL, `$1${REDACTED}@`);
}

const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
const JWT = /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g;
/** A password may hold an `@`, or a slash: it ends at the last `@` of the word. A port is none. */
const IN_URL = /(:\/\/[^\s/:@?#]{0,256}:)(?!\d{1,5}(?:[/?#\s]|$))[^\s"'<>]{0,512}@/g;

/** Longer texts are not read as JSON, which takes as long as they are. */
const MAX_JSON = 20_000;

/** A whole text that is JSON, as it was without its secrets. Null: it is none, or it has no secrets. */
function asJson(text: string, keys: readonly RegExp[]): string | null {
  if (text.length > MAX_JSON || !/^\s*[[{]/.test(text)) return null;
  try {
    const json: unknown = JSON.parse(text);
    const clean = textsRedacted(redacted(json, keys), keys);
    return JSON.stringify(clean) === JSON.stringify(json) ? null : JSON.stringify(clean);
  } catch {
    return null;
  }
}

/** The texts in a JSON value. */
export function textsRedacted(json: unknown, keys: readonly RegExp[]): unknown {
  if (typeof json === 'string') return redactText(json, keys);
  if (Array.isArray(json)) return json.map((item) => textsRedacted(item, keys));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, textsRedacted(value, keys)]),
  );
}

/** A key, from the beginning of a word on, and what separates it from its value; or an option's name. */
const KEY =
  /(?<![\w.-])(?:([\w.-]{2,64})\\{0,4}["']?\s*[:=]\s*|(--?[a-z][\w-]{0,62})\s+(?=[^\s-]))/gi;

/** `"password", "value":` of a list of names and values. */
const NAMED = /(?<=["'])\\{0,4}(?:value|val|content|data)\\{0,4}["']\s*:\s*/giy;

/** A value, up to where it seems to end: in quotes, or before a separator that something follows. */
const VALUE =
  /\\{1,4}"[^"\\]*(?:\\{1,4}")?|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:[^\s,;&"']|["'](?=\w)|[,;&](?=[^\s"',;&])(?![\w.-]{1,64}["']?[:=]))+/y;

/** From key to key: the value of a harmless one may begin with the key of a secret. */
function pairsRedacted(text: string, keys: readonly RegExp[]): string {
  const kept: string[] = [];
  let from = 0;
  KEY.lastIndex = 0;
  for (let pair = KEY.exec(text); pair !== null; pair = KEY.exec(text)) {
    const [whole, key = '', option = ''] = pair;
    const name = key || option;
    const end = pair.index + whole.length;
    if (!isSecret(name, keys) && !namesSecret(name, text, end, keys)) {
      KEY.lastIndex = pair.index + name.length;
      continue;
    }
    const start = isSecret(name, keys) ? end : valueAfter(text, end);
    VALUE.lastIndex = start;
    const value = VALUE.exec(text)?.[0] ?? '';
    if (value !== '') kept.push(text.slice(from, start), REDACTED);
    from = value === '' ? from : start + value.length;
    KEY.lastIndex = start + value.length;
  }
  return from === 0 ? text : kept.join('') + text.slice(from);
}

/** `"name": "password", "value": ` — a secret stands after it. */
function namesSecret(name: string, text: string, at: number, keys: readonly RegExp[]): boolean {
  if (!/^(name|key|field|header|variable)$/i.test(name)) return false;
  const [, named = ''] =
    /^\\{0,4}["']([\w.-]{2,64})\\{0,4}["']/.exec(text.slice(at, at + 80)) ?? [];
  return isSecret(named, keys) && valueAfter(text, at) > at;
}

/** Where the value begins that is named at this place; the place itself: there is none. */
function valueAfter(text: string, at: number): number {
  const [name = ''] =
    /^\\{0,4}["'][\w.-]{2,64}\\{0,4}["']\s*,\s*\\{0,4}["']/.exec(text.slice(at, at + 120)) ?? [];
  if (name === '') return at;
  NAMED.lastIndex = at + name.length;
  const found = NAMED.exec(text);
  return found ? at + name.length + found[0].length : at;
}
