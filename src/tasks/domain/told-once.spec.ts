import { describe, expect, it } from 'vitest';
import { ToldOnce } from './told-once.js';

describe('what is told once', () => {
  it('is new the first time only', () => {
    const told = new ToldOnce();
    expect([told.isNew('a'), told.isNew('b'), told.isNew('a')]).toEqual([true, true, false]);
  });

  it('is forgotten after a thousand others', () => {
    const told = new ToldOnce();
    told.isNew('first');
    for (let n = 0; n < 999; n++) told.isNew(`${n}`);
    expect(told.isNew('first')).toBe(false);
    told.isNew('one more');
    expect(told.isNew('first')).toBe(true);
    expect(told.isNew('998')).toBe(false);
  });
});
