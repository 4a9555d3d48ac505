import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { aPolicy, hours } from '../../../test/support/builders.js';
import { MAX_COUNTED, planFires, type SkippedRange } from './fire-plan.js';
import { COALESCE, type Coalesce } from './job.js';
import { parseTrigger } from '../triggers/parse-trigger.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';

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

/** A page tells it to users: what it says is what is expected here. */
const PAGE = new URL('../../../src/docs/policies.md', import.meta.url);

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const clock = (at: Date) => `${DAYS[at.getUTCDay()]} ${at.toISOString().slice(11, 19)}`;

const skipped = (ranges: readonly SkippedRange[]) =>
  ranges.map(
    ({ reason, count }) => `${count ?? `over ${MAX_COUNTED.toLocaleString('en')}`} ${reason}`,
  );

/** What runs, and what is skipped and why. */
function fateOf(spec: TriggerSpec, misfireGraceMs: number | null, coalesce: Coalesce): string {
  const trigger = parseTrigger(spec);
  const plannedAt = trigger.next(STOPPED)!;
  const policy = aPolicy({ misfireGraceMs, coalesce });
  const common = { jobId: 'report', fired: 0, pauses: [], now: BACK };
  const { candidates, ranges } = planFires({ ...common, trigger, policy, plannedAt });
  const [only] = candidates;
  const runs =
    candidates.length > 1 ? [`${candidates.length} run`] : only ? [clock(only.fireAt)] : [];
  return [...runs, ...skipped(ranges)].join(', ');
}

function table(): string[][] {
  const rows = Object.entries(JOBS).flatMap(([name, spec]) =>
    Object.entries(GRACES).map(([grace, misfireGraceMs]) => [
      name,
      grace,
      ...COALESCE.map((coalesce) => fateOf(spec, misfireGraceMs, coalesce)),
    ]),
  );
  return [['job', 'grace', ...COALESCE.map((name) => `\`${name}\``)], ...rows];
}

/** The table of the section on misfires. */
async function readTable(): Promise<string[][]> {
  const section = /^## Misfires$(.*?)^## /ms.exec(await readFile(PAGE, 'utf8'))?.[1] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  const rows = lines.map((line) => line.split('|').slice(1, -1));
  return rows
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter(([first]) => !/^-+$/.test(first ?? ''));
}

describe('a cluster that was stopped for a day', () => {
  it('makes up for what its page says, and says what it skips', async () => {
    expect(await readTable()).toEqual(table());
  });
});
