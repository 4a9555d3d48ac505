import { describe, expect, it } from 'vitest';
import { duration, errorText, facts, instant, plain, table } from './words.js';

describe('what is written for people', () => {
  it('moves no cursor and colours nothing, whatever a job or an error is called', () => {
    expect(plain('a\u001b[31mb\nc\u202ed')).toBe('a [31mb c d');
    expect(table(['ID'], [['x\u001b[2J']])).toEqual(['ID', 'x [2J']);
  });

  it('has columns as wide as what is in them', () => {
    expect(table(['ID', 'STATE', 'WHY'], [['nightly', 'ok', '']])).toEqual([
      'ID       STATE  WHY',
      'nightly  ok',
    ]);
    expect(facts({ job: 'a', since: null, 'to do': 'nothing' })).toEqual([
      'job    a',
      'to do  nothing',
    ]);
  });

  it.each([
    [null, '-'],
    [12.4, '12 ms'],
    [1_540, '1.5 s'],
    [61_000, '1 min 1 s'],
    [7_380_000, '2 h 3 min'],
  ])('tells %s ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('tells instants to the second', () => {
    expect(instant('2027-03-01T08:00:00.123Z')).toBe('2027-03-01T08:00:00Z');
    expect(instant(null)).toBe('-');
  });

  it.each([
    [null, null],
    [{ name: 'Error', message: 'no' }, 'no'],
    [{ name: 'TypeError', message: 'no' }, 'TypeError: no'],
    [{ code: 7 }, '{"code":7}'],
  ])('tells the error %j as %s', (error, text) => {
    expect(errorText(error)).toBe(text);
  });
});
