import { describe, expect, it } from 'vitest';
import { Ability } from './ability.js';

const PATIENCE_MS = 5_000;

describe('an ability', () => {
  it('is there until a try has failed for as long as it may', async () => {
    const ability = new Ability(PATIENCE_MS);
    expect(ability.unable(1_000_000)).toBeNull();
    await ability.follow(1_000, Promise.reject(new Error('cut off'))).catch(() => undefined);
    await ability.follow(3_000, Promise.reject(new Error('cut off'))).catch(() => undefined);
    expect(ability.unable(5_999)).toBeNull();
    expect(ability.leftMs(5_999)).toBe(1);
    expect(ability.unable(6_000)).toBe('cut off');
  });

  it('is lost as well where a try never ends', () => {
    const ability = new Ability(PATIENCE_MS);
    void ability.follow(1_000, new Promise(() => undefined));
    expect(ability.unable(6_000)).toBe('it gives no answer');
  });

  it('is there again with the first try that ends well', async () => {
    const ability = new Ability(PATIENCE_MS);
    await ability.follow(0, Promise.reject(new Error('cut off'))).catch(() => undefined);
    await ability.follow(9_000, Promise.resolve());
    expect(ability.unable(9_000)).toBeNull();
    expect(ability.leftMs(9_000)).toBe(Infinity);
  });
});
