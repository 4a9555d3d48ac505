import type { Issue } from '../../domain/errors.js';
import { isStorable } from '../../domain/storable.js';

/** Input nested deeper than this is refused before anything recurses into it. */
const MAX_LEVELS = 64;

/** The first place in a JSON value that the database could not keep; null: there is none. */
export function findUnstorable(value: unknown, pointer = '', level = 0): Issue | null {
  if (typeof value === 'string') {
    if (isStorable(value)) return null;
    return { pointer, message: 'holds a NUL character or half of a surrogate pair' };
  }
  if (typeof value !== 'object' || value === null) return null;
  if (level === MAX_LEVELS) {
    return { pointer: '', message: `is nested deeper than ${MAX_LEVELS} levels` };
  }
  for (const [key, item] of Object.entries(value)) {
    // The database could keep it, and whoever copies the object one day would change all objects.
    if (!isStorable(key) || key === '__proto__') {
      return { pointer, message: 'has a key that cannot be stored' };
    }
    const part = key.replaceAll('~', '~0').replaceAll('/', '~1');
    const found = findUnstorable(item, `${pointer}/${part}`, level + 1);
    if (found !== null) return found;
  }
  return null;
}
