import { describe, expect, it } from 'vitest';
import { changesOf, windowOf } from './naive-clock.js';
import { difference } from './oracle.js';
import { CASES } from './patterns.js';
import { seeded } from './seeded.js';
import { SEED } from './seed.js';

const TWO_DAYS = 2 * 86_400_000;
const MAX_MS = 15_000;

/** Zones whose clocks are changed in unusual ways, each with a year in which they are. */
const UNUSUAL: readonly (readonly [string, number])[] = [
  ['Europe/Berlin', 2026],
  ['America/New_York', 2025],
  ['Australia/Lord_Howe', 2026],
  ['Antarctica/Troll', 2024],
  ['Africa/Cairo', 2026],
  ['Africa/Casablanca', 2027],
  ['America/Havana', 2024],
  ['Asia/Beirut', 2023],
  ['America/Sao_Paulo', 2018],
  ['Pacific/Apia', 2011],
];

describe('the brute-force oracle', () => {
  it.each(UNUSUAL)('agrees about every pattern in %s in %i', (timeZone, year) => {
    const changes = changesOf(timeZone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
    expect(changes.length).toBeGreaterThan(0);
    for (const change of changes.slice(0, 2)) {
      const window = windowOf(timeZone, change - TWO_DAYS, change + TWO_DAYS);
      const odd = CASES.filter(({ expression }) => !expression.startsWith('*'));
      for (const oneCase of odd) expect(difference(oneCase, window)).toBeNull();
    }
  });

  it(`agrees about patterns taken by chance around clock changes taken by chance, seed ${SEED}`, () => {
    const random = seeded(SEED);
    const oneOf = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)];
    const zones = Intl.supportedValuesOf('timeZone');
    const until = performance.now() + MAX_MS;
    let compared = 0;
    for (let i = 0; i < 30 && performance.now() < until; i++) {
      const timeZone = oneOf(zones) ?? 'UTC';
      const year = 2020 + Math.floor(random() * 11);
      const noon = Date.UTC(year, Math.floor(random() * 12), 15, 12);
      const changes = changesOf(timeZone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
      const middle = oneOf(changes) ?? noon;
      const window = windowOf(timeZone, middle - TWO_DAYS, middle + TWO_DAYS);
      for (let j = 0; j < 40; j++, compared++) {
        expect(
          difference(oneOf(CASES) ?? { expression: '* * * * *', policy: {} }, window),
        ).toBeNull();
      }
    }
    expect(compared).toBeGreaterThan(100);
  });
});
