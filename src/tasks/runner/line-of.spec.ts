import { describe, expect, it } from 'vitest';
import { SECRET_KEYS } from '../domain/redact.js';
import { lineOf } from './line-of.js';

describe('a line of a handler', () => {
  const cycle: Record<string, unknown> = { name: 'root' };
  cycle['self'] = cycle;

  it.each([
    [['sent'], 'sent'],
    [['sent', 3, 'of', 4n], 'sent 3 of 4'],
    [[{ a: 1 }], '{"a":1}'],
    [[[1, { b: 'two' }]], '[1,{"b":"two"}]'],
    [[new Date('2026-03-02T12:00:00Z')], '"2026-03-02T12:00:00.000Z"'],
    [[new Map([['a', 1]])], '{"a":1}'],
    [[new Set(['a'])], '["a"]'],
    [[cycle], '{"name":"root","self":"[circular]"}'],
    [[{ n: 1n, password: 'x' }], '{"n":"1n","password":"[redacted]"}'],
    [
      [{ err: Object.assign(new TypeError('no'), { code: 7 }) }],
      '{"err":{"name":"TypeError","message":"no","code":7}}',
    ],
    [[undefined, null, true], 'undefined null true'],
    [[{ user: 'ada', password: 'x' }], '{"user":"ada","password":"[redacted]"}'],
    [[], ''],
  ])('%#', (parts, line) => {
    expect(lineOf(parts, SECRET_KEYS)).toBe(line);
  });

  it('has the stack of an error, and what caused it', () => {
    const error = new TypeError('no', { cause: new Error('the disk is full') });
    expect(lineOf(['failed:', error])).toMatch(
      /^failed: TypeError: no\n +at [^]*\ncaused by Error: the disk is full\n +at /,
    );
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
