import type { Issue } from '../../domain/errors.js';
import { jsonValue } from '../../domain/json-value.js';

/** The first place in a JSON value that the database could not keep; null: there is none. */
export function findUnstorable(value: unknown): Issue | null {
  const found = jsonValue(value);
  if ('json' in found) return null;
  const parts = found.path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return { pointer: parts.join(''), message: found.message };
}
