import { describe, expect, it } from 'vitest';
import { AttemptLimiter } from './attempt-limiter.js';

const failing = (limiter: AttemptLimiter, address: string, times: number, at = 0) => {
  for (let n = 0; n < times; n++) limiter.failed(address, at);
};

describe('wrong keys', () => {
  it('close the door to their address for the rest of the minute, and to no other', () => {
    const limiter = new AttemptLimiter();
    failing(limiter, 'a', 19);
    expect(limiter.blockedFor('a', 10)).toBe(0);
    failing(limiter, 'a', 1, 10);
    expect(limiter.blockedFor('a', 10)).toBe(59_990);
    expect(limiter.blockedFor('b', 10)).toBe(0);
    expect(limiter.blockedFor('a', 60_000)).toBe(0);
  });

  it('are counted anew after the minute', () => {
    const limiter = new AttemptLimiter();
    failing(limiter, 'a', 20);
    failing(limiter, 'a', 1, 60_000);
    expect(limiter.blockedFor('a', 60_000)).toBe(0);
  });

  it('of very many addresses do not fill the memory: the oldest is forgotten', () => {
    const limiter = new AttemptLimiter();
    failing(limiter, 'first', 20);
    for (let n = 0; n < 10_000; n++) limiter.failed(`address ${n}`, 1);
    expect(limiter.blockedFor('first', 1)).toBe(0);
    failing(limiter, 'address 9999', 19, 1);
    expect(limiter.blockedFor('address 9999', 1)).toBeGreaterThan(0);
  });
});
