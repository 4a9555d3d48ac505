import { z } from 'zod';
import { InvalidInputError, type Issue } from '../domain/errors.js';
import { jobIdSchema } from '../domain/job.js';
import { issuesOf } from '../triggers/invalid-input.js';
import { triggerIssues, type TriggerOptions } from '../triggers/parse-trigger.js';
import { triggerSpecSchema } from '../triggers/trigger-spec.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { withHash } from './declaration-hash.js';
import type { StockDeclaration } from './stock-declaration.js';
import { taskOptionsSchema } from './task-options.js';

export interface Declaration {
  readonly id: string;
  /** `Class.method`. */
  readonly source: string;
  readonly stock: StockDeclaration;
  /** What `@TaskOptions` says. */
  readonly options: object | undefined;
  /** IANA zone of a cron expression that names neither a zone nor an offset. */
  readonly timeZone: string;
}

/**
 * The job that a decorated method declares.
 *
 * | stock option        | becomes                                                          |
 * | ------------------- | ---------------------------------------------------------------- |
 * | `disabled`          | `disabled`: not on this node                                     |
 * | `waitForCompletion` | `overlap: 'skip'`                                                |
 * | `threshold`         | `misfireGraceMs`                                                 |
 * | `unrefTimeout`      | nothing: no timer of ours keeps a process alive for a job        |
 * | `initialDelay`      | nothing: a plan belongs to the cluster, not to one process start |
 *
 * `@TaskOptions` wins over them.
 *
 * @throws InvalidInputError naming the method and each refused field
 */
export function declaredJobOf({ id, source, stock, options, timeZone }: Declaration): DeclaredJob {
  const parsedId = jobIdSchema.safeParse(id);
  const policies = taskOptionsSchema.safeParse({ ...stockPolicies(stock), ...options });
  const trigger = parseStockTrigger(stock, timeZone, { seed: id });
  const issues = [
    ...(parsedId.success ? [] : issuesOf(parsedId.error, '/name')),
    ...(policies.success ? [] : issuesOf(policies.error)),
    ...trigger.issues,
  ];
  if (issues.length > 0 || !policies.success || trigger.spec === undefined) {
    throw new InvalidInputError(`The declaration of ${source}`, issues);
  }
  return withHash({
    ...policies.data,
    id,
    name: id,
    task: id,
    payload: null,
    origin: 'declared',
    trigger: trigger.spec,
    paused: false,
    disabled: stock.options['disabled'] === true,
  });
}

/** Left out where the option is not given, so that the default of the policy counts. */
function stockPolicies({ options }: StockDeclaration): object {
  const { waitForCompletion, threshold } = options;
  return {
    ...(waitForCompletion === true && { overlap: 'skip' }),
    ...(typeof threshold === 'number' && { misfireGraceMs: Math.ceil(threshold) }),
  };
}

export interface ParsedTrigger {
  readonly spec?: DeclaredJob['trigger'];
  readonly issues: readonly Issue[];
}

const startSchema = z.strictObject({
  type: z.literal('start'),
  delayMs: z.number().int().nonnegative(),
});

/** When a stock decorator fires, or what is wrong with what it says. */
export function parseStockTrigger(
  { kind, options }: StockDeclaration,
  timeZone: string,
  spread: TriggerOptions = {},
): ParsedTrigger {
  if (kind === 'timeout') {
    const parsed = startSchema.safeParse({ type: 'start', delayMs: wholeMs(options['timeout']) });
    return parsed.success
      ? { spec: parsed.data, issues: [] }
      : { issues: issuesOf(parsed.error, '/trigger') };
  }
  const written =
    kind === 'cron'
      ? cronOrDate(options, timeZone)
      : { type: 'interval', milliseconds: wholeMs(options['timeout']) };
  const issues = triggerIssues(written, spread).map((issue) => ({
    ...issue,
    pointer: `/trigger${issue.pointer}`,
  }));
  return issues.length > 0 ? { issues } : { spec: triggerSpecSchema.parse(written), issues };
}

/** `@Cron` also takes a `Date`, or a luxon `DateTime`, for a job that fires once. */
function cronOrDate(options: StockDeclaration['options'], defaultZone: string): object {
  const { cronTime } = options;
  if (cronTime instanceof Date) return { type: 'date', at: instant(cronTime) };
  if (isDateTime(cronTime)) return { type: 'date', at: instant(cronTime.toJSDate()) };
  const utcOffset = options['utcOffset'] ?? undefined;
  const timeZone = options['timeZone'] ?? (utcOffset === undefined ? defaultZone : undefined);
  return {
    type: 'cron',
    expression: cronTime,
    ...(timeZone !== undefined && { timeZone }),
    ...(utcOffset !== undefined && { utcOffset }),
  };
}

function isDateTime(value: unknown): value is { toJSDate(): Date } {
  return typeof value === 'object' && value !== null && 'toJSDate' in value;
}

/** An invalid date stays text, for the trigger's own check to refuse it by name. */
function instant(at: Date): string {
  return Number.isNaN(at.getTime()) ? String(at) : at.toISOString();
}

/** Timers cut fractions off as well. */
function wholeMs(ms: unknown): unknown {
  return typeof ms === 'number' ? Math.trunc(ms) : ms;
}
