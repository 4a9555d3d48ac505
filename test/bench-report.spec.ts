import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { median, parseArguments, Report, type BenchOptions } from './bench/report.js';

describe('the arguments of a benchmark', () => {
  it('are names and options, in any order', () => {
    expect(parseArguments(['--quick', 'runs', '--json'])).toEqual({
      names: ['runs'],
      options: { quick: true, format: 'json' },
    });
    expect(parseArguments([]).options).toEqual({ quick: false, format: 'text' });
  });

  it('are refused where one is unknown', () => {
    expect(() => parseArguments(['--fast'])).toThrow('There is no option "--fast"');
  });
});

describe('a report', () => {
  let lines: string[] = [];

  beforeEach(() => {
    lines = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => vi.restoreAllMocks());

  function told(format: BenchOptions['format'], atLeast: number): boolean {
    const report = new Report({ quick: false, format });
    report.say('On two cores');
    const values = [900, 1_200, 1_000];
    report.add({ name: 'ours', figure: 'drained', unit: 'jobs/s', values, budget: { atLeast } });
    report.add({ name: 'theirs', figure: 'late', unit: 'ms', values: [2] });
    return report.end();
  }

  it('is one object a line, and nothing else, for a program', () => {
    expect(told('json', 500)).toBe(true);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        name: 'ours',
        figure: 'drained',
        unit: 'jobs/s',
        median: 1_000,
        min: 900,
        max: 1_200,
        rounds: 3,
        budget: 500,
        kept: true,
      },
      expect.objectContaining({ name: 'theirs', median: 2, rounds: 1, budget: null, kept: true }),
    ]);
  });

  it('is a table for a document, a row for each name', () => {
    told('markdown', 500);
    expect(lines).toEqual([
      'On two cores\n',
      '| | drained, jobs/s | late, ms |',
      '| --- | ---: | ---: |',
      '| ours | 1,000 (900 to 1,200) |  |',
      '| theirs |  | 2.00 |',
    ]);
  });

  it('says which budget was not kept, by the median', () => {
    expect(told('text', 1_001)).toBe(false);
    expect(lines.filter((line) => line.endsWith('NOT KEPT'))).toHaveLength(1);
  });

  it('takes the mean of the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
