import { describe, expect, it } from 'vitest';
import { parseTrigger } from './parse-trigger.js';

const ANCHOR = new Date('2026-03-02T12:00:00.250Z');
const startAt = ANCHOR.toISOString();
const everyTenSeconds = parseTrigger({ type: 'interval', seconds: 10, startAt });
const shifted = (ms: number) => new Date(ANCHOR.getTime() + ms);

describe('an interval trigger', () => {
  it('fires first at its anchor, whenever it is asked before that', () => {
    for (const before of [-1, -9_999, -10_000, -1e12]) {
      expect(everyTenSeconds.next(shifted(before))).toEqual(ANCHOR);
    }
  });

  it('fires on a fixed grid from there, strictly after what it is asked for', () => {
    expect(everyTenSeconds.next(ANCHOR)).toEqual(shifted(10_000));
    expect(everyTenSeconds.next(shifted(1))).toEqual(shifted(10_000));
    expect(everyTenSeconds.next(shifted(9_999))).toEqual(shifted(10_000));
    expect(everyTenSeconds.next(shifted(10_000))).toEqual(shifted(20_000));
  });

  it('crosses a gap of years in one step', () => {
    const years = 10 * 365 * 86_400_000;
    expect(everyTenSeconds.next(shifted(years + 3))).toEqual(shifted(years + 10_000));
  });

  it('has fired strictly before what it is asked for, and never before its anchor', () => {
    expect(everyTenSeconds.previous(shifted(20_001))).toEqual(shifted(20_000));
    expect(everyTenSeconds.previous(shifted(20_000))).toEqual(shifted(10_000));
    expect(everyTenSeconds.previous(shifted(1))).toEqual(ANCHOR);
    expect(everyTenSeconds.previous(ANCHOR)).toBeNull();
    expect(everyTenSeconds.previous(shifted(-1e9))).toBeNull();
  });

  it('ends with the calendar', () => {
    const century = parseTrigger({ type: 'interval', days: 36_525, startAt });
    expect(century.next(new Date(8.64e15))).toBeNull();
  });
});
