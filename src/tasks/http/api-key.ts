import { createHash, timingSafeEqual } from 'node:crypto';

/** Each role may do what those before it may. What needs which: `requires.decorator.ts`. */
export const API_ROLES = ['viewer', 'operator', 'admin'] as const;
export type ApiRole = (typeof API_ROLES)[number];

/** A key that opens the API. Only its hash is kept, so the configuration gives no access. */
export interface ApiKey {
  /** Who holds it, for people. */
  readonly name: string;
  readonly role: ApiRole;
  /** SHA-256 of the key, as 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Reads `name:role:sha256-of-key`. Null: it is none. */
export function parseApiKey(text: string): ApiKey | null {
  const [, name, role, sha256] = /^([^:\s]+):([a-z]+):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  if (name === undefined || sha256 === undefined || !isApiRole(role)) return null;
  return { name, role, sha256: sha256.toLowerCase() };
}

/** The key that was presented, or null. Every key is compared, so the time taken tells nothing. */
export function findApiKey(keys: readonly ApiKey[], presented: string): ApiKey | null {
  const hash = createHash('sha256').update(presented).digest();
  let found: ApiKey | null = null;
  for (const key of keys) {
    const expected = Buffer.from(key.sha256, 'hex');
    if (expected.length === hash.length && timingSafeEqual(expected, hash)) found = key;
  }
  return found;
}

/** Whether a holder of `role` may do what `required` stands for. */
export function covers(role: ApiRole, required: ApiRole): boolean {
  return API_ROLES.indexOf(role) >= API_ROLES.indexOf(required);
}

/** Prints a new key and the entry that lets it in, for `TASKS_API_KEYS` or `parseApiKey`. */
export const MAKE_A_KEY = `node -e "const c=require('node:crypto'),k=c.randomBytes(24).toString('base64url');console.log('key: '+k+'\\nentry: me:admin:'+c.createHash('sha256').update(k).digest('hex'))"`;

const isApiRole = (text: string | undefined): text is ApiRole =>
  (API_ROLES as readonly (string | undefined)[]).includes(text);
