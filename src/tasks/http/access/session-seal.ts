import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { findApiKey, type ApiKey } from '../api-key.js';
import type { Caller } from './caller.js';

/**
 * Sessions for browsers, which cannot send a key by themselves: a cookie that holds the key itself, a
 * name of its own and when it ends, encrypted and authenticated. What is stored is only which ones were
 * ended before their time, so every node of the cluster knows it; a key that is taken out of the
 * configuration ends its sessions, and no others.
 *
 * That the key is inside matters: the secret of its sessions is derived from its configured hash, and
 * from another secret where one is given. Whoever has read the configuration can seal whatever he
 * likes, and still needs a key that one of the hashes stands for.
 */
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A session that a cookie stands for. */
export interface Session {
  readonly id: string;
  readonly caller: Caller;
  readonly endsAt: Date;
}

interface Content {
  readonly id: string;
  readonly key: string;
  readonly ends: number;
}

export class SessionSeal {
  private readonly secrets: ReadonlyMap<ApiKey, Buffer>;

  /** @param secret the same on all nodes, beside what the keys give. Default: none */
  constructor(
    private readonly keys: readonly ApiKey[],
    secret = '',
  ) {
    const secretOf = ({ sha256 }: ApiKey) =>
      Buffer.from(hkdfSync('sha256', secret + sha256, '', 'carillon session', 32));
    this.secrets = new Map(keys.map((key) => [key, secretOf(key)]));
  }

  /** @param key one that is configured */
  seal(key: string, endsAt: Date): string {
    const found = findApiKey(this.keys, key);
    const secret = found && this.secrets.get(found);
    if (!secret) throw new Error('only a key that is configured has sessions');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, secret, iv);
    const content: Content = { id: randomUUID(), key, ends: endsAt.getTime() };
    const sealed = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Whose session it is; null: nobody's, or its time is over. */
  open(sealed: string, now: Date): Session | null {
    const bytes = Buffer.from(sealed, 'base64url');
    for (const [key, secret] of this.secrets) {
      const content = read(bytes, secret);
      if (content === null || content.ends <= now.getTime()) continue;
      if (findApiKey([key], content.key) === null) continue;
      const caller: Caller = { name: key.name, role: key.role, via: 'session' };
      return { id: content.id, caller, endsAt: new Date(content.ends) };
    }
    return null;
  }
}

function read(bytes: Buffer, secret: Buffer): Content | null {
  if (bytes.length <= IV_BYTES + TAG_BYTES) return null;
  const iv = bytes.subarray(0, IV_BYTES);
  const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(tag);
    const sealed = bytes.subarray(IV_BYTES + TAG_BYTES);
    const text = Buffer.concat([decipher.update(sealed), decipher.final()]);
    return JSON.parse(text.toString()) as Content;
  } catch {
    // Of another key, or somebody has touched it.
    return null;
  }
}
