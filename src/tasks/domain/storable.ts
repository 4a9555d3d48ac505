/**
 * What PostgreSQL's text and jsonb cannot hold: the character U+0000 and half a surrogate pair.
 * Input that has them is refused; what handlers return and throw is mended.
 */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).every(([key, item]) => isStorable(key) && isStorable(item));
  }
  return true;
}

/**
 * JSON text that can be stored; undefined for what has no JSON (undefined, functions).
 *
 * @throws TypeError for what cannot be written as JSON (BigInt, cycles)
 */
export function storableJson(value: unknown): string | undefined {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  return isStorable(parsed) ? text : JSON.stringify(mend(parsed));
}

export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

function mend(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [storableText(key), mend(item)]),
    );
  }
  return value;
}
