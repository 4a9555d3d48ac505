import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ApiKey } from '../api-key.js';
import { SessionSeal } from './session-seal.js';

const keyFor = (secret: string, role: ApiKey['role'] = 'operator'): ApiKey => ({
  name: `holder of ${secret}`,
  role,
  sha256: createHash('sha256').update(secret).digest('hex'),
});

const NOW = new Date('2026-11-23T08:00:00.000Z');
const LATER = new Date('2026-11-23T09:00:00.000Z');
const two = keyFor('two', 'admin');
const keys = [keyFor('one'), two];

describe('a sealed session', () => {
  it('is known on every node that has the same keys, and is that of its key', () => {
    const sealed = new SessionSeal(keys).seal('two', LATER);
    expect(new SessionSeal(keys).open(sealed, NOW)).toEqual({
      id: expect.any(String) as string,
      caller: { name: 'holder of two', role: 'admin', via: 'session' },
      endsAt: LATER,
    });
  });

  it('ends in time', () => {
    const seal = new SessionSeal(keys);
    expect(seal.open(seal.seal('one', LATER), LATER)).toBeNull();
  });

  it('ends with its key, also where the secret stays', () => {
    const sealed = new SessionSeal(keys, 'secret').seal('one', LATER);
    expect(new SessionSeal([two], 'secret').open(sealed, NOW)).toBeNull();
    expect(new SessionSeal(keys, 'secret').open(sealed, NOW)).not.toBeNull();
  });

  it('goes on when another key comes or goes', () => {
    const sealed = new SessionSeal(keys).seal('two', LATER);
    for (const others of [[two], [keyFor('new'), two], [two, keyFor('new')]]) {
      expect(new SessionSeal(others).open(sealed, NOW)?.caller.name).toBe('holder of two');
    }
    expect(new SessionSeal([keyFor('one')]).open(sealed, NOW)).toBeNull();
  });

  it('cannot be made by whoever knows the configuration, but no key', () => {
    const seal = new SessionSeal(keys);
    expect(() => seal.seal(two.sha256, LATER)).toThrow('only a key that is configured');
  });

  it('tells the key to nobody, and is another one each time', () => {
    const seal = new SessionSeal(keys);
    const sealed = seal.seal('one', LATER);
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('one');
    expect(seal.seal('one', LATER)).not.toBe(sealed);
  });

  it('is nothing when touched, cut, or sealed by another secret', () => {
    const seal = new SessionSeal(keys);
    const sealed = seal.seal('one', LATER);
    for (let n = 0; n < sealed.length - 1; n += 7) {
      const other = sealed[n] === 'A' ? 'B' : 'A';
      const touched = sealed.slice(0, n) + other + sealed.slice(n + 1);
      expect(seal.open(touched, NOW)).toBeNull();
      expect(seal.open(sealed.slice(0, n), NOW)).toBeNull();
    }
    expect(new SessionSeal(keys, 'another').open(sealed, NOW)).toBeNull();
  });
});
