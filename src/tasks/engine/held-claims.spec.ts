import { beforeEach, describe, expect, it } from 'vitest';
import { aClaim } from '../../../test/support/builders.js';
import { HeldClaims } from './held-claims.js';

describe('held claims', () => {
  const claim = aClaim('1');
  let held: HeldClaims;

  beforeEach(() => {
    held = new HeldClaims();
    held.add(claim);
  });

  it('tell attempts of one run apart', () => {
    expect(held.has(aClaim('1', 1))).toBe(true);
    expect(held.has(aClaim('1', 2))).toBe(false);
    expect(held.has(aClaim('11', 1))).toBe(false);
  });

  it('are at work until their handler ends, and held until their outcome is written', () => {
    expect(held.working()).toEqual([claim]);
    held.end(claim);
    expect(held.working()).toEqual([]);
    expect([held.isWorking(claim), held.has(claim)]).toEqual([false, true]);
    held.remove(claim);
    expect(held.has(claim)).toBe(false);
  });

  it('are at work again when they are taken again after that', () => {
    held.end(claim);
    held.remove(claim);
    held.add(claim);
    expect(held.isWorking(claim)).toBe(true);
  });

  it('are cancelled once, until they are taken again', () => {
    expect([held.cancel(claim), held.cancel(claim)]).toEqual([true, false]);
    held.remove(claim);
    held.add(claim);
    expect(held.cancel(claim)).toBe(true);
  });
});
