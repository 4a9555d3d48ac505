import { Cron } from 'croner';
import type { Trigger } from './trigger.js';
import type { CronSpec } from './trigger-spec.js';

/**
 * A cron expression in a zone. The only file that knows the cron evaluator.
 *
 * croner keeps about 80 kB for each parsed pattern, so patterns are shared: a thousand jobs on the
 * same expression cost one. A fixed offset is evaluated without `Intl`, which is where the time
 * goes, so UTC is always given as an offset.
 */
export class CronTrigger implements Trigger {
  private readonly pattern: Cron;

  constructor(spec: CronSpec) {
    this.pattern = sharedPattern(spec);
  }

  next(after: Date): Date | null {
    return this.pattern.nextRun(endOfSecond(after));
  }

  previous(before: Date): Date | null {
    const [last] = this.pattern.previousRuns(1, startOfNextSecond(before));
    return last ?? null;
  }
}

// The evaluator sees whole seconds only: these two keep "strictly after" and "strictly before"
// true for instants with milliseconds.
const endOfSecond = (at: Date) => new Date(Math.floor(at.getTime() / 1000) * 1000);
const startOfNextSecond = (at: Date) => new Date(Math.ceil(at.getTime() / 1000) * 1000);

const MOST_PATTERNS = 1_000;
const patterns = new Map<string, Cron>();

function sharedPattern(spec: CronSpec): Cron {
  const zone = spec.timeZone ?? 'UTC';
  const key = `${spec.expression}|${spec.utcOffset ?? zone}`;
  const known = patterns.get(key);
  const pattern = known ?? parse(spec, zone);
  // Re-inserting keeps the map in order of last use, so the first key is the one to drop.
  patterns.delete(key);
  patterns.set(key, pattern);
  if (patterns.size > MOST_PATTERNS) patterns.delete(patterns.keys().next().value ?? key);
  return pattern;
}

function parse(spec: CronSpec, zone: string): Cron {
  const utcOffset = spec.utcOffset ?? (zone === 'UTC' ? 0 : undefined);
  return new Cron(normalised(spec.expression), {
    paused: true,
    sloppyRanges: true,
    ...(utcOffset === undefined ? { timezone: zone } : { utcOffset }),
  });
}

/**
 * Names that `@nestjs/schedule` accepts and croner does not, and full ranges in the two day fields:
 * there `1-31` means "any" and does not switch on the rule that either day field may match.
 */
function normalised(expression: string): string {
  const named = NAMES[expression.toLowerCase()] ?? expression;
  const fields = named.split(/\s+/);
  if (fields.length < 5) return named;
  const first = fields.length === 5 ? 0 : 1;
  const dayOfMonth = first + 2;
  const dayOfWeek = first + 4;
  if (/^(\*\/1|1-31)$/.test(fields[dayOfMonth] ?? '')) fields[dayOfMonth] = '*';
  if (/^(\*\/1|0-6|0-7|1-7)$/.test(fields[dayOfWeek] ?? '')) fields[dayOfWeek] = '*';
  return fields.join(' ');
}

const NAMES: Readonly<Record<string, string>> = {
  '@secondly': '* * * * * *',
  '@minutely': '0 * * * * *',
  '@weekdays': '0 0 0 * * 1-5',
  '@weekends': '0 0 0 * * 0,6',
};
