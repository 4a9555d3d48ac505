import { describe, expect, it } from 'vitest';
import { parseTrigger } from '../triggers/parse-trigger.js';
import { defaultZone, zoneWarning } from './default-zone.js';

/** What Node makes of each TZ in the environment. */
const TABLE = [
  ['', 'Etc/Unknown', 0, 'UTC', false],
  ['UTC', 'UTC', 0, 'UTC', false],
  ['Europe/Berlin', 'Europe/Berlin', -60, 'Europe/Berlin', false],
  ['America/Port-au-Prince', 'America/Port-au-Prince', 300, 'America/Port-au-Prince', false],
  ['Etc/GMT+3', 'Etc/GMT+3', 180, 'Etc/GMT+3', false],
  ['EST5EDT', 'America/New_York', 300, 'America/New_York', false],
  ['GMT+3', 'GMT+03:00', 180, 'Etc/GMT+3', true],
  ['UTC-5', undefined, -300, 'Etc/GMT-5', true],
  ['Europe/Nowhere', undefined, 0, 'UTC', true],
  ['IST-5:30', 'GMT+05:30', -330, 'UTC', true],
] as const;

describe('the zone of expressions that name none', () => {
  it.each(TABLE)('with TZ="%s"', (_tz, name, behindMin, zone, isTold) => {
    const process = { name, behindMin };
    expect(defaultZone({}, process)).toBe(zone);
    const trigger = { type: 'cron', expression: '0 9 * * *', timeZone: zone };
    expect(() => parseTrigger(trigger)).not.toThrow();
    const warning = zoneWarning({}, process);
    if (!isTold) expect(warning).toBeNull();
    else expect(warning).toMatch(/TZ is no name.*option timeZone/);
  });

  it('is that of the option, if there is one', () => {
    const process = { name: undefined, behindMin: 0 };
    expect(defaultZone({ timeZone: 'Asia/Tokyo' }, process)).toBe('Asia/Tokyo');
    expect(zoneWarning({ timeZone: 'Asia/Tokyo' }, process)).toBeNull();
  });
});
