import { describe, expect, it } from 'vitest';
import { Turnover } from './turnover.js';

const SLOTS = 10;

function ending(runs: number, eachMs: number): Turnover {
  const turnover = new Turnover(SLOTS);
  for (let n = 1; n <= runs; n++) turnover.end(n * eachMs);
  return turnover;
}

describe('runs that are claimed ahead of their slots', () => {
  it('are as many as have ended in the last moment, beyond one for each slot', () => {
    expect(ending(600, 0.1).ahead(60)).toBe(290);
  });

  it('are none where a run takes longer than a moment', () => {
    expect(ending(100, 5).ahead(500)).toBe(0);
  });

  it('are none a moment after the last one has ended', () => {
    const turnover = ending(600, 0.1);
    expect(turnover.ahead(61)).toBeGreaterThan(0);
    expect(turnover.ahead(120)).toBe(0);
  });
});
