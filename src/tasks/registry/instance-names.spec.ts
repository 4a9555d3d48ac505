import { describe, expect, it } from 'vitest';
import { instanceNames as named, type Nameable } from './instance-names.js';

const method = () => undefined;
const instanceNames = (...given: Parameters<typeof named>) => named(...given).map(({ id }) => id);
const one: Nameable = {
  base: 'Poller.tick',
  isNamed: false,
  method,
  token: 'Poller',
  module: 'AppModule',
  instance: undefined,
  isTimer: false,
};

describe('the id of what a method declares', () => {
  it('is the name alone where there is one instance', () => {
    expect(instanceNames([one])).toEqual(['Poller.tick']);
  });

  it('ends in the token where a class is provided under several', () => {
    expect(
      instanceNames([
        { ...one, token: 'eu' },
        { ...one, token: 'us' },
      ]),
    ).toEqual(['Poller.tick[eu]', 'Poller.tick[us]']);
  });

  it('ends in the module where the tokens are the same, also of two classes of one name', () => {
    const other = { ...one, method: () => undefined, module: 'BillingModule' };
    expect(instanceNames([one, other])).toEqual([
      'Poller.tick[AppModule]',
      'Poller.tick[BillingModule]',
    ]);
  });

  it('ends in both where neither alone is enough', () => {
    const places = [
      ['eu', 'A'],
      ['eu', 'B'],
      ['us', 'A'],
    ] as const;
    const found = places.map(([token, module]) => ({ ...one, token, module }));
    expect(instanceNames(found)).toEqual([
      'Poller.tick[A.eu]',
      'Poller.tick[B.eu]',
      'Poller.tick[A.us]',
    ]);
  });

  it('ends in what the instance says of itself, also where it is the only one', () => {
    expect(instanceNames([{ ...one, instance: 'eu' }, one])).toEqual([
      'Poller.tick[eu]',
      'Poller.tick',
    ]);
  });

  it('is refused where nothing stable tells instances apart, with the remedies', () => {
    expect(() => instanceNames([one, one])).toThrow(
      /2 instances.*provided as Poller by AppModule.*instance: \(self\).*scope: "node"/s,
    );
  });

  it('is a number for timers of the process, which nobody else knows', () => {
    const timer = { ...one, isTimer: true };
    expect(instanceNames([timer, { ...timer }])).toEqual(['Poller.tick[#1]', 'Poller.tick[#2]']);
  });

  it('is the same for different methods that were given one name: the registry refuses it', () => {
    const named = { ...one, base: 'daily', isNamed: true };
    expect(instanceNames([named, { ...named, method: () => undefined }])).toEqual([
      'daily',
      'daily',
    ]);
  });

  it('never changes when a module is loaded late: only what is new is told apart', () => {
    expect(instanceNames([{ ...one, token: 'late' }], [one])).toEqual(['Poller.tick[late]']);
  });
});
