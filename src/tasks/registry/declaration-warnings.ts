import { stockKindsOn, type StockDeclaration } from './stock-declaration.js';
import { schedulesOf, type ScheduleTrigger } from './schedule.decorator.js';
import { stepWarnings } from './step-warnings.js';
import { placedBy, taskOptionsOf } from './task.decorator.js';

/**
 * What a method's decorators say that will not happen, each with the remedy.
 *
 * @param local in local mode the options of the timers themselves are kept
 */
export function declarationWarnings(
  source: string,
  method: object,
  stock: StockDeclaration | undefined,
  local = false,
): readonly string[] {
  const warnings: string[] = [];
  if (stockKindsOn(method).length > 1) {
    warnings.push(
      `${source} has more than one of @Cron, @Interval and @Timeout, and only the topmost counts. ` +
        'Give each a method of its own.',
    );
  }
  const schedules = schedulesOf(method);
  const times = [
    stock?.options['cronTime'],
    ...schedules.map(({ trigger }) => expressionOf(trigger)),
  ];
  for (const time of times) warnings.push(...stepWarnings(time, source));
  if (!stock && schedules.length === 0 && taskOptionsOf(method)) {
    warnings.push(
      `@TaskOptions of ${source} has no effect: without a trigger the method declares no job. ` +
        'Give the policies to the jobs that are made of the task.',
    );
  }
  const isTimer = placedBy(source, method).scope === 'node';
  if (isTimer && stock?.options['threshold'] !== undefined) {
    warnings.push(
      `threshold of ${source} is ignored: with the scope "node" a late timer fires once, for its ` +
        'latest fire time. Look at the fireAt of the context for what is too late.',
    );
  }
  if (!isTimer && !local && Number(stock?.options['initialDelay'] ?? 0) > 0) {
    warnings.push(
      `initialDelay of ${source} is ignored: its plan belongs to the cluster, not to the start of ` +
        'one process. Let the "prepare" option of TasksModule wait for what the job needs.',
    );
  }
  return warnings;
}

/** Undefined: it is another trigger. */
const expressionOf = (trigger: ScheduleTrigger) =>
  typeof trigger === 'object' && trigger.type === 'cron' ? trigger.expression : trigger;
