import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantsOf } from '../../src/tasks/triggers/time/wall-time.js';
import { isTimeZone, zoneOf } from '../../src/tasks/triggers/time/zone.js';
import { shownAt } from './naive-clock.js';
import { SEED } from './seed.js';

const ZONES = Intl.supportedValuesOf('timeZone');
const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) / 1_000 }).map((s) => s * 1_000);

describe('a zone', () => {
  it('has the offset that Intl says, at any instant from 1970 to 2100', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant, (timeZone, at) => {
        const { offset, from, to } = zoneOf(timeZone).segmentAt(at);
        expect(offset).toBe(shownAt(at, timeZone) - at);
        expect(at >= from && at < to).toBe(true);
      }),
      { numRuns: 5_000, seed: SEED },
    );
  });

  it('changes its offset to the second where Intl does', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant, (timeZone, at) => {
        const { to, offset, offsetAfter } = zoneOf(timeZone).segmentAt(at);
        fc.pre(offset !== offsetAfter);
        expect(shownAt(to - 1_000, timeZone) - (to - 1_000)).toBe(offset);
        expect(shownAt(to, timeZone) - to).toBe(offsetAfter);
      }),
      { numRuns: 1_000, seed: SEED },
    );
  });

  it('finds the instants that show a wall time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant, (timeZone, at) => {
        const wall = shownAt(at, timeZone);
        const found = instantsOf(wall, zoneOf(timeZone), { gap: 'skip', fold: 'both' });
        expect(found).toContain(at);
        for (const each of found) expect(shownAt(each, timeZone)).toBe(wall);
      }),
      { numRuns: 2_000, seed: SEED },
    );
  });

  it('is known by its name, in large letters or small, and by older names', () => {
    expect(zoneOf('europe/berlin')).toBe(zoneOf('Europe/Berlin'));
    expect(isTimeZone('US/Eastern')).toBe(true);
    expect(isTimeZone('Etc/GMT+5')).toBe(true);
    expect(zoneOf('Etc/GMT+5').segmentAt(0).offset).toBe(-5 * 3_600_000);
    for (const name of ['', 'Berlin', 'Europe/Atlantis', '+02:00', '-0100', 'UTC+2']) {
      expect(isTimeZone(name)).toBe(false);
    }
  });
});
