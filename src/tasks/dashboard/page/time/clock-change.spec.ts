import { expect, it } from 'vitest';
import { nextClockChange } from './clock-change.js';

it.each([
  ['Europe/Berlin', '2026-11-27T00:00:00Z', '2027-03-28T01:00:00.000Z'],
  ['America/New_York', '2026-06-01T00:00:00Z', '2026-11-01T06:00:00.000Z'],
])('%s after %s', (zone, after, change) => {
  expect(new Date(nextClockChange(zone, Date.parse(after))!).toISOString()).toBe(change);
});

it('is none where clocks are never changed', () => {
  expect(nextClockChange('Asia/Tokyo', Date.parse('2026-11-27T00:00:00Z'))).toBeNull();
});
