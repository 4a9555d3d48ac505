import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { findApiKey, type ApiKey } from '../api-key.js';
import type { Caller } from './caller.js';

/**
 * Sessions for browsers, which cannot send a key by themselves: a cookie that holds the key itself,
 * encrypted and authenticated, and when it ends. Nothing is stored, so every node of the cluster knows
 * it, and a key that is taken out of the configuration ends its sessions.
 *
 * That the key is inside matters: the secret is derived from the configured hashes unless one is
 * given. Whoever has read the configuration can seal whatever he likes, and still needs a key that one
 * of the hashes stands for.
 */
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export class SessionSeal {
  private readonly secret: Buffer;

  /** @param secret the same on all nodes. Default: derived from the keys */
  constructor(
    private readonly keys: readonly ApiKey[],
    secret?: string,
  ) {
    const from = secret ?? keys.map(({ sha256 }) => sha256).join();
    this.secret = Buffer.from(hkdfSync('sha256', from, '', 'carillon session', 32));
  }

  seal(key: string, endsAt: Date): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.secret, iv);
    const text = JSON.stringify({ key, ends: endsAt.getTime() });
    const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Whose session it is; null: nobody's, or its time is over. */
  open(sealed: string, now: Date): Caller | null {
    const content = this.read(Buffer.from(sealed, 'base64url'));
    if (content === null || content.ends <= now.getTime()) return null;
    const key = findApiKey(this.keys, content.key);
    return key && { name: key.name, role: key.role, via: 'session' };
  }

  private read(bytes: Buffer): { readonly key: string; readonly ends: number } | null {
    if (bytes.length <= IV_BYTES + TAG_BYTES) return null;
    const iv = bytes.subarray(0, IV_BYTES);
    const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    try {
      const cipher = createDecipheriv(CIPHER, this.secret, iv, { authTagLength: TAG_BYTES });
      cipher.setAuthTag(tag);
      const text = Buffer.concat([
        cipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)),
        cipher.final(),
      ]);
      return JSON.parse(text.toString()) as { key: string; ends: number };
    } catch {
      // Another secret, or somebody has touched it.
      return null;
    }
  }
}
