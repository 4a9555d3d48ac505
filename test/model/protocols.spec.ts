/** Every order of every step, in models of the protocols; and what breaks when a guard is left out. */
import { describe, expect, it } from 'vitest';
import { check } from './checker.js';
import { ALL_CREDIT_GUARDS, creditModel, type CreditGuards } from './credit.model.js';
import { ALL_FIRE_GUARDS, fireModel, type FireGuards } from './fire.model.js';

const NOT_ITS_OWN = 'main works on nothing that is not its node’s';

describe('lease and fire', () => {
  it('keep their promises in every order of their steps', () => {
    const { states, broken, trace } = check(fireModel(ALL_FIRE_GUARDS));
    console.log(`lease and fire: ${states} states`);
    expect([broken, trace]).toEqual([null, []]);
    expect(states).toBeGreaterThan(1_000);
  });

  it.each<[string, Partial<FireGuards>, string]>([
    ['fence', { fence: false }, 'a replaced leader writes nothing'],
    ['compare-and-set of the plan', { plan: false }, 'nothing fires after a pause'],
    ['token of the takeover', { takeover: false }, 'one node holds each token'],
    ['plan, unique key', { plan: false, unique: false }, 'a fire time has one row'],
  ])('break without: %s', (_, without, promise) => {
    const { broken, trace } = check(fireModel({ ...ALL_FIRE_GUARDS, ...without }));
    expect(broken, trace.join(' → ')).toBe(promise);
  });

  it('hold without the unique key as long as the plan is compared', () => {
    expect(check(fireModel({ ...ALL_FIRE_GUARDS, unique: false })).broken).toBeNull();
  });
});

describe('credits', () => {
  it('keep their promises in every order of their steps', () => {
    const { states, broken, trace } = check(creditModel(ALL_CREDIT_GUARDS));
    console.log(`credits: ${states} states`);
    expect([broken, trace]).toEqual([null, []]);
    expect(states).toBeGreaterThan(100);
  });

  it.each<[string, keyof CreditGuards, string]>([
    ['comparing what is taken', 'compare', NOT_ITS_OWN],
    ['tickets of their own', 'tickets', NOT_ITS_OWN],
    ['counting what is on its way', 'counting', 'the engine counts on no place that is taken'],
    ['a slot for each run', 'room', 'no more runs than slots'],
    [
      'forgetting what a dead engine has offered',
      'generations',
      'the engine counts on no place that is taken',
    ],
    ['telling the next engine what goes on', 'handover', NOT_ITS_OWN],
  ])('break without %s', (_, guard, promise) => {
    const { broken, trace } = check(creditModel({ ...ALL_CREDIT_GUARDS, [guard]: false }));
    expect(broken, trace.join(' → ')).toBe(promise);
  });
});
