import { InvalidInputError, type Issue } from '../domain/errors.js';
import { jobIdSchema, POLICY_NAMES } from '../domain/job.js';
import { issuesOf } from '../triggers/invalid-input.js';
import { parseStockTrigger, type Declaration } from './declare-job.js';
import type { TaskHandler } from './task-context.js';
import { nodeTaskOptionsSchema } from './task-options.js';
import type { DeclaredJob } from '../domain/declared-job.js';

/** A method that a timer of this process calls, beside the cluster and its ledger. */
export interface NodeTask {
  readonly name: string;
  /** Where the code stands: `Class.method`. */
  readonly source: string;
  readonly handler: TaskHandler;
  /** When it is called; `start` is once, so long after the process has started. */
  readonly trigger: DeclaredJob['trigger'];
  readonly overlap: 'skip' | 'allow';
  /** In milliseconds; null: its runs may take for ever. */
  readonly timeoutMs: number | null;
  readonly tags: readonly string[];
  /** It has no timer until so many milliseconds after the start. */
  readonly initialDelayMs: number;
  /** It is also called when the process starts. */
  readonly runAtStart: boolean;
  /** It has no timer at all. */
  readonly disabled: boolean;
}

/**
 * The timer that a decorated method declares for each process.
 *
 * | stock option        | becomes                                                       |
 * | ------------------- | ------------------------------------------------------------- |
 * | `disabled`          | `disabled`                                                    |
 * | `initialDelay`      | `initialDelayMs`                                              |
 * | `waitForCompletion` | `overlap: 'skip'`, which is the default                       |
 * | `threshold`         | nothing: a late timer fires once, for its latest fire time    |
 * | `unrefTimeout`      | nothing: timers end with the application                      |
 *
 * @throws InvalidInputError naming the method and each refused field
 */
export function declareNodeTask(
  { id, source, stock, options, timeZone }: Declaration,
  handler: TaskHandler,
  runAtStart = false,
): NodeTask {
  const given = nodeTaskOptionsSchema.safeParse(options);
  const parsedId = jobIdSchema.safeParse(id);
  const trigger = parseStockTrigger(stock, timeZone);
  const issues = [
    ...(parsedId.success ? [] : issuesOf(parsedId.error, '/name')),
    ...(given.success ? [] : issuesOf(given.error).map(withReason)),
    ...trigger.issues,
  ];
  if (issues.length > 0 || !given.success || trigger.spec === undefined) {
    throw new InvalidInputError(`The declaration of ${source}`, issues);
  }
  const { overlap, timeoutMs, tags } = given.data;
  const { disabled, initialDelay } = stock.options;
  return {
    name: id,
    source,
    handler,
    trigger: trigger.spec,
    overlap,
    timeoutMs,
    tags,
    initialDelayMs: Math.max(0, Number(initialDelay ?? 0) || 0),
    runAtStart,
    disabled: disabled === true,
  };
}

/** A policy that jobs have is known, but not here. */
function withReason({ pointer, message }: Issue): Issue {
  const isPolicy = POLICY_NAMES.some((name) => pointer === `/${name}`);
  if (!isPolicy || message !== 'is not a known field') return { pointer, message };
  return {
    pointer,
    message:
      'has no meaning with the scope "node", whose timers keep no plan and no ledger: remove it, or ' +
      'use the scope "cluster"',
  };
}
