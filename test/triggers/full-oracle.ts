/**
 * Every pattern under every policy, two days around each clock change of every distinct history of
 * a zone from 2020 to 2030, against the brute-force oracle.
 *
 *   npm run oracle
 */
import { distinctHistories, windowOf } from './naive-clock.js';
import { difference } from './oracle.js';
import { CASES } from './patterns.js';

const TWO_DAYS = 2 * 86_400_000;
const MAX_SHOWN = 20;

const since = performance.now();
const histories = distinctHistories(2020, 2030);
const windows = histories.flatMap(({ timeZone, changes }) =>
  (changes.length > 0 ? changes : [Date.UTC(2026, 2, 29, 1)]).map((change) => ({
    timeZone,
    change,
  })),
);
console.log(
  `${histories.length} histories, ${windows.length} windows, ${CASES.length} cases in each`,
);

let differences = 0;
windows.forEach(({ timeZone, change }, i) => {
  const window = windowOf(timeZone, change - TWO_DAYS, change + TWO_DAYS);
  for (const oneCase of CASES) {
    const found = difference(oneCase, window);
    if (found === null) continue;
    if (++differences <= MAX_SHOWN) console.log(found);
  }
  if ((i + 1) % 100 === 0) console.log(`${i + 1} windows`);
});

const seconds = ((performance.now() - since) / 1_000).toFixed(0);
console.log(`${windows.length * CASES.length} comparisons in ${seconds} s: ${differences} differ`);
process.exitCode = differences === 0 ? 0 : 1;
