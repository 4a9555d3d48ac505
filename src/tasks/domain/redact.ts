const REDACTED = '[redacted]';

/** Keys under which hosts keep what is nobody's business. */
export const SECRET_KEYS: readonly RegExp[] = [
  /pass(word|wd|phrase)|pass$|secret|token|api[-_]?key|private[-_]?key|authorization|cookie/i,
];

/**
 * JSON in which whatever stands under a key that one of the patterns finds is `[redacted]`, however
 * deep. Text is not searched: only keys tell what a value is.
 */
export function redacted(json: unknown, keys: readonly RegExp[]): unknown {
  if (keys.length === 0) return json;
  if (Array.isArray(json)) return json.map((item) => redacted(item, keys));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      // `search` begins anew each time, also for a pattern with the flag g.
      keys.some((pattern) => key.search(pattern) >= 0) ? REDACTED : redacted(value, keys),
    ]),
  );
}
