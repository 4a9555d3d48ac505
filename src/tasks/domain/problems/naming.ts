import type { Named } from './situation.js';

/** The earliest of what is known. */
export const earliest = (some: readonly Named[]): Date | null =>
  some.reduce<Date | null>(
    (first, { since }) => (since !== null && (first === null || since < first) ? since : first),
    null,
  );

/** So many are named in a sentence. */
const MAX_NAMED = 5;

/** The first of them by name, and how many there are besides. */
export function listOf(some: readonly Named[], count = some.length): string {
  const named = some.slice(0, MAX_NAMED).map(({ id, name }) => (name === '' ? id : name));
  const rest = count - named.length;
  return named.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
