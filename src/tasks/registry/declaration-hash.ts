import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { jobPolicySchema } from '../domain/job.js';
import type { DeclaredJob } from '../domain/declared-job.js';

/** Fields that counted from the first version on, whatever they hold. */
const ALWAYS: ReadonlySet<string> = new Set([
  'id',
  'task',
  'trigger',
  'paused',
  'tags',
  'misfireGraceMs',
  'coalesce',
  'overlap',
  'maxInstances',
  'priority',
]);

const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...jobPolicySchema.parse({}),
  payload: null,
  origin: 'declared',
};

/**
 * A declaration with what tells it from others: equal values have equal hashes, in whatever order their
 * keys stand. A field that was added later counts only where it says something, so a new version of
 * the library finds declarations that have not changed as they were.
 */
export function withHash(given: Omit<DeclaredJob, 'hash'>): DeclaredJob {
  const { disabled: _disabled, ...declared } = given;
  const said = Object.entries(declared).filter(
    ([name, value]) => ALWAYS.has(name) || !isDefault(name, value, declared),
  );
  const hash = createHash('sha256')
    .update(canonical(Object.fromEntries(said)))
    .digest('hex');
  return { ...given, hash };
}

function isDefault(name: string, value: unknown, { id }: { readonly id: string }): boolean {
  return isDeepStrictEqual(value, name === 'name' ? id : DEFAULTS[name]);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
