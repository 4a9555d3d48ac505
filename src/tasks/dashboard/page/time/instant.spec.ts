import { describe, expect, it } from 'vitest';
import { fromInput, near, toInput, written } from './instant.js';

const berlin = { zone: 'Europe/Berlin', hour12: false };
const at = Date.parse('2026-11-26T08:41:05.000Z');

describe('an instant', () => {
  it('is written as a clock of the zone shows it', () => {
    expect(written(at, 'time', berlin)).toBe('09:41:05');
    expect(written(at, 'time', { zone: 'Asia/Tokyo', hour12: false })).toBe('17:41:05');
    expect(written(at, 'minute', { zone: 'America/New_York', hour12: true })).toBe('03:41 am');
    expect(written(at, 'full', berlin)).toContain('26 Nov 2026');
  });

  it('is told with its day unless that is today, by the zone', () => {
    expect(near(at + 5_000, at, berlin)).toBe('09:41:10');
    expect(near(Date.parse('2026-11-27T02:00:00Z'), at, berlin)).toBe('03:00 tomorrow');
    expect(near(Date.parse('2026-11-25T22:59:00Z'), at, berlin)).toBe('23:59 yesterday');
    expect(near(Date.parse('2026-11-26T23:00:00Z'), at, berlin)).toBe('00:00 tomorrow');
  });

  it('is the same again after an input in any zone', () => {
    for (const zone of ['Europe/Berlin', 'Asia/Tokyo', 'America/New_York', 'UTC']) {
      const clock = { zone, hour12: false };
      const minute = Math.floor(at / 60_000) * 60_000;
      expect(fromInput(toInput(minute, clock), clock)).toBe(minute);
    }
  });
});
