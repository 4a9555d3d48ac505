import { describe, expect, it } from 'vitest';
import { aPolicy, hours } from '../../../test/support/builders.js';
import { MOST_COUNTED, planFires, type SkippedRange } from './fire-plan.js';
import { COALESCE } from './job.js';
import { parseTrigger } from './triggers/parse-trigger.js';

/** The whole cluster is stopped from Monday noon to two seconds past Tuesday noon. */
const STOPPED = new Date('2026-03-02T12:00:02Z');
const BACK = new Date('2026-03-03T12:00:02Z');

const JOBS = {
  'every 5 s': { type: 'interval', seconds: 5 },
  hourly: { type: 'cron', expression: '0 * * * *' },
  'daily at 08:30': { type: 'cron', expression: '30 8 * * *' },
  'Tuesdays at 09:00': { type: 'cron', expression: '0 9 * * 2' },
} as const;

const GRACES = { '1 s': 1_000, '1 h': hours(1), none: null } as const;

/** What ran, and what was skipped and why, as the README tells it. */
const EXPECTED = `
| job | grace | coalesce | runs | skipped |
| --- | --- | --- | --- | --- |
| every 5 s | 1 s | latest | - | over 10000 misfired |
| every 5 s | 1 s | earliest | - | over 10000 misfired |
| every 5 s | 1 s | all | - | over 10000 misfired |
| every 5 s | 1 h | latest | Tue 12:00:00 | over 10000 misfired, 719 coalesced |
| every 5 s | 1 h | earliest | Tue 11:00:05 | over 10000 misfired, 719 coalesced |
| every 5 s | 1 h | all | 720 | over 10000 misfired |
| every 5 s | none | latest | Tue 12:00:00 | over 10000 coalesced |
| every 5 s | none | earliest | Mon 12:00:05 | over 10000 coalesced |
| every 5 s | none | all | 1000 | over 10000 limit |
| hourly | 1 s | latest | - | 24 misfired |
| hourly | 1 s | earliest | - | 24 misfired |
| hourly | 1 s | all | - | 24 misfired |
| hourly | 1 h | latest | Tue 12:00:00 | 23 misfired |
| hourly | 1 h | earliest | Tue 12:00:00 | 23 misfired |
| hourly | 1 h | all | Tue 12:00:00 | 23 misfired |
| hourly | none | latest | Tue 12:00:00 | 23 coalesced |
| hourly | none | earliest | Mon 13:00:00 | 23 coalesced |
| hourly | none | all | 24 | - |
| daily at 08:30 | 1 s | latest | - | 1 misfired |
| daily at 08:30 | 1 s | earliest | - | 1 misfired |
| daily at 08:30 | 1 s | all | - | 1 misfired |
| daily at 08:30 | 1 h | latest | - | 1 misfired |
| daily at 08:30 | 1 h | earliest | - | 1 misfired |
| daily at 08:30 | 1 h | all | - | 1 misfired |
| daily at 08:30 | none | latest | Tue 08:30:00 | - |
| daily at 08:30 | none | earliest | Tue 08:30:00 | - |
| daily at 08:30 | none | all | Tue 08:30:00 | - |
| Tuesdays at 09:00 | 1 s | latest | - | 1 misfired |
| Tuesdays at 09:00 | 1 s | earliest | - | 1 misfired |
| Tuesdays at 09:00 | 1 s | all | - | 1 misfired |
| Tuesdays at 09:00 | 1 h | latest | - | 1 misfired |
| Tuesdays at 09:00 | 1 h | earliest | - | 1 misfired |
| Tuesdays at 09:00 | 1 h | all | - | 1 misfired |
| Tuesdays at 09:00 | none | latest | Tue 09:00:00 | - |
| Tuesdays at 09:00 | none | earliest | Tue 09:00:00 | - |
| Tuesdays at 09:00 | none | all | Tue 09:00:00 | - |
`;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const clock = (at: Date) => `${DAYS[at.getUTCDay()]} ${at.toISOString().slice(11, 19)}`;

const skipped = (ranges: readonly SkippedRange[]) =>
  ranges.map(({ reason, count }) => `${count ?? `over ${MOST_COUNTED}`} ${reason}`).join(', ') ||
  '-';

function table(): string {
  const lines = [
    '',
    '| job | grace | coalesce | runs | skipped |',
    '| --- | --- | --- | --- | --- |',
  ];
  for (const [name, spec] of Object.entries(JOBS)) {
    const trigger = parseTrigger(spec);
    const plannedAt = trigger.next(STOPPED)!;
    for (const [grace, misfireGraceMs] of Object.entries(GRACES)) {
      for (const coalesce of COALESCE) {
        const policy = aPolicy({ misfireGraceMs, coalesce });
        const common = { jobId: 'report', fired: 0, pauses: [], now: BACK };
        const { candidates, ranges } = planFires({ ...common, trigger, policy, plannedAt });
        const [only] = candidates;
        const runs = candidates.length > 1 ? String(candidates.length) : only && clock(only.fireAt);
        lines.push(`| ${name} | ${grace} | ${coalesce} | ${runs ?? '-'} | ${skipped(ranges)} |`);
      }
    }
  }
  return [...lines, ''].join('\n');
}

describe('a cluster that was stopped for a day', () => {
  it('makes up for what the grace and `coalesce` of each job allow, and says what it skips', () => {
    expect(table()).toBe(EXPECTED);
  });
});
