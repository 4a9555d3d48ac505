import { describe, expect, it } from 'vitest';
import { distance, duration } from './duration.js';

describe('a length of time', () => {
  it.each([
    [0, '0 ms'],
    [3.14, '3.1 ms'],
    [310, '310 ms'],
    [2_140, '2.1 s'],
    [41_000, '41 s'],
    [59_999, '1 min'],
    [168_000, '2 min 48 s'],
    [27_660_000, '7 h 41 min'],
    [86_400_000, '1 d'],
    [7 * 86_400_000, '7 d'],
  ])('%d ms is %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});

describe('how far an instant is', () => {
  it.each([
    [0, 'now'],
    [3_000, 'in 3 s'],
    [18 * 60_000, 'in 18 min'],
    [-6 * 3_600_000 - 1, '6 h ago'],
    [-900, 'now'],
  ])('%d ms away is %s', (ms, words) => {
    expect(distance(1_000_000_000 + ms, 1_000_000_000)).toBe(words);
  });
});
