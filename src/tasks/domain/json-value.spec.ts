import { describe, expect, it } from 'vitest';
import { jsonValue } from './json-value.js';

class Money {
  constructor(
    readonly amount: number,
    readonly hidden?: string,
  ) {}
}

class Id {
  toJSON(key: string): string {
    return `id at ${key}`;
  }
}

describe('a value is stored', () => {
  it.each([
    [{ a: undefined, b: 1 }],
    [{ at: new Date('2026-03-02T12:00:00Z') }],
    [{ price: new Money(7) }],
    [{ id: new Id() }],
    [[undefined, () => 1, Symbol('x'), NaN, Infinity, -0]],
    [{ f: () => 1, s: Symbol('x') }],
    [[new String('boxed'), new Number(1), new Boolean(false)]],
    ['text'],
    [Array(3)],
    [null],
    [{ url: new URL('https://example.org/x'), buffer: Buffer.from('ab') }],
    [[1, [2, { c: [3] }]]],
  ])('as JSON has it: %j', (value) => {
    expect(jsonValue(value)).toEqual({ json: JSON.parse(JSON.stringify(value)) as unknown });
  });

  it('as null where there is none', () => {
    expect(jsonValue(undefined)).toEqual({ json: null });
  });

  it('twice where it stands twice without containing itself', () => {
    const shared = { a: 1 };
    expect(jsonValue([shared, shared])).toEqual({ json: [{ a: 1 }, { a: 1 }] });
  });
});

describe('a value is refused with its place', () => {
  const cycle: Record<string, unknown> = { a: {} };
  (cycle['a'] as Record<string, unknown>)['back'] = [cycle];
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];

  it.each([
    [cycle, ['a', 'back', '0'], /contains itself/],
    [{ n: [1, 10n] }, ['n', '1'], /BigInt.*give a text/],
    [{ m: new Map() }, ['m'], /Map.*Object\.fromEntries/],
    [{ s: new Set([1]) }, ['s'], /Set.*\[\.\.\.set\]/],
    [{ t: 'a\0b' }, ['t'], /NUL/],
    [{ 'a\0b': 1 }, [], /key that cannot be stored/],
    [JSON.parse('{"__proto__": 1}'), [], /key that cannot be stored/],
    [() => 1, [], /is a function/],
    [{ a: { toJSON: () => Reflect.ownKeys(1 as never) } }, ['a'], /toJSON that fails/],
    [deep, [], /nested deeper than 64 levels/],
  ])('%#', (value, path, message) => {
    expect(jsonValue(value)).toMatchObject({
      path,
      message: expect.stringMatching(message) as string,
    });
  });
});
