import { describe, expect, it } from 'vitest';
import { findUnstorable } from './unstorable.js';

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('findUnstorable', () => {
  it('finds nothing in ordinary JSON', () => {
    expect(findUnstorable({ a: [1, null, true, 'Grüße 👋'], b: {} })).toBeNull();
    expect(findUnstorable(undefined)).toBeNull();
  });

  it('points at text that PostgreSQL cannot hold', () => {
    expect(findUnstorable('\0')?.pointer).toBe('');
    expect(findUnstorable({ 'a/b': ['fine', 'half \ud83d'] })?.pointer).toBe('/a~1b/1');
    expect(findUnstorable({ list: [{ '\0': 1 }] })?.pointer).toBe('/list/0');
  });

  it('refuses the key by which objects are given other parents', () => {
    const found = findUnstorable(JSON.parse('{"payload": {"__proto__": {"admin": true}}}'));
    expect(found?.pointer).toBe('/payload');
  });

  it('refuses what is nested too deep to recurse into', () => {
    expect(findUnstorable(nested(64))).toBeNull();
    expect(findUnstorable(nested(65))?.message).toBe('is nested deeper than 64 levels');
    expect(findUnstorable(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).not.toBeNull();
  });
});
