import { createHash } from 'node:crypto';

/** Tells declarations apart: equal values have equal hashes, in whatever order their keys stand. */
export function declarationHash(declaration: object): string {
  return createHash('sha256').update(canonical(declaration)).digest('hex');
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
