import { parseCronExpression, type DayMatch } from './cron-expression.js';
import { parseCronFields, type CronFieldTexts } from './cron-fields.js';
import type { CronPattern } from './cron-pattern.js';

/**
 * Patterns that were read, by their text. They know neither zone nor job, so a hundred thousand jobs
 * on the same expression share one.
 */
const patterns = new Map<string, CronPattern>();

const MAX_PATTERNS = 2_000;

/** @throws PatternError */
export function expressionPattern(expression: string, match: DayMatch): CronPattern {
  return remembered(`${match} ${expression}`, () => parseCronExpression(expression, match));
}

/** @throws PatternError */
export function fieldsPattern(fields: CronFieldTexts): CronPattern {
  return remembered(JSON.stringify(fields), () => parseCronFields(fields));
}

function remembered(key: string, parse: () => CronPattern): CronPattern {
  const known = patterns.get(key);
  if (known) return known;
  const pattern = parse();
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(key, pattern);
  return pattern;
}
