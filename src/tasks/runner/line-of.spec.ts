import { describe, expect, it } from 'vitest';
import { SECRET_KEYS } from '../domain/redact.js';
import { lineOf } from './line-of.js';

describe('a line of a handler', () => {
  const cycle: Record<string, unknown> = { name: 'root' };
  cycle['self'] = cycle;

  it.each([
    [['sent'], 'sent'],
    [['sent', 3, 'of', 4n], 'sent 3 of 4n'],
    [[{ a: 1 }], '{"a":1}'],
    [[[1, { b: 'two' }]], '[1,{"b":"two"}]'],
    [[new Date('2026-03-02T12:00:00Z')], '"2026-03-02T12:00:00.000Z"'],
    [[new Map([['a', 1]])], "Map(1) { 'a' => 1 }"],
    [[new Set(['a'])], "Set(1) { 'a' }"],
    [[cycle], "<ref *1> { name: 'root', self: [Circular *1] }"],
    [[{ n: 1n }], '{ n: 1n }'],
    [[undefined, null, true], 'undefined null true'],
    [[{ user: 'ada', password: 'x' }], '{"user":"ada","password":"[redacted]"}'],
    [[], ''],
  ])('%#', (parts, line) => {
    expect(lineOf(parts, SECRET_KEYS)).toBe(line);
  });

  it('has the stack of an error', () => {
    expect(lineOf(['failed:', new TypeError('no')])).toMatch(/^failed: TypeError: no\n +at /);
  });

  it('never fails', () => {
    const hostile = {
      toJSON() {
        throw new Error('no');
      },
    };
    expect(lineOf([hostile])).toBe('a object that cannot be shown');
  });
});
