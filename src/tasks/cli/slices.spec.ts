import { describe, expect, it } from 'vitest';
import { slices } from './slices.js';

const KB = 1_024;
const ofBytes = (bytes: number, id = 0) => ({ id, payload: 'x'.repeat(bytes) });
const sizes = <T>(parts: readonly (readonly T[])[]) => parts.map(({ length }) => length);

describe('a list that is sent in parts', () => {
  it('has fifty in one at most, in their order', () => {
    const all = Array.from({ length: 120 }, (_, n) => n);
    expect(sizes(slices(all))).toEqual([50, 50, 20]);
    expect(slices(all).flat()).toEqual(all);
    expect(slices([])).toEqual([]);
  });

  it('has 64 kB of JSON in one at most', () => {
    const all = Array.from({ length: 50 }, (_, n) => ofBytes(3 * KB, n));
    const parts = slices(all);
    expect(parts.flat()).toEqual(all);
    expect(sizes(parts)).toEqual([21, 21, 8]);
    for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(64 * KB);
  });

  it('counts bytes, not characters', () => {
    const all = Array.from({ length: 4 }, () => 'ü'.repeat(10 * KB));
    expect(sizes(slices(all))).toEqual([3, 1]);
  });

  it('has alone what is larger by itself', () => {
    const all = [ofBytes(10), ofBytes(70 * KB), ofBytes(10), ofBytes(200 * KB)];
    expect(sizes(slices(all))).toEqual([1, 1, 1, 1]);
  });
});
