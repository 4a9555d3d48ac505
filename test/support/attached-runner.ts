import type { TasksEvent } from '../../src/tasks/domain/events.js';
import type { ToEngine } from '../../src/tasks/engine/messages.js';
import { TaskRegistry } from '../../src/tasks/registry/task-registry.js';
import type { TaskHandler } from '../../src/tasks/registry/task-context.js';
import type { RunnerOptions } from '../../src/tasks/runner/runner-options.js';
import { Runner } from '../../src/tasks/runner/runner.js';
import type { ClaimedRun, Outcome } from '../../src/tasks/store/run-queue.js';
import type { RunPolicy } from '../../src/tasks/domain/run-policy.js';
import { FakeClock } from '../../src/tasks/testing/fake-clock.js';
import { aClaimedRun, TASK } from './builders.js';
import { recordedLog } from './recorded-log.js';

export const A_POLICY: RunPolicy = {
  timeoutMs: null,
  retry: { maxAttempts: 1 },
  transactional: false,
};

/** A runner with one task, attached to an engine that only listens. */
export function attachedRunner(
  handler: TaskHandler,
  options: Partial<RunnerOptions> = {},
  registry = new TaskRegistry(),
) {
  const clock = new FakeClock();
  const log = recordedLog();
  const posted: ToEngine[] = [];
  const events: TasksEvent[] = [];
  registry.register({ name: TASK, source: TASK, handler, job: null });
  const emit = (event: TasksEvent) => void events.push(event);
  const runner = new Runner(registry, 3, clock, log, { emit, ...options });
  runner.attach((message) => posted.push(message));
  return {
    clock,
    log,
    posted,
    events,
    runner,
    start: async (run: Partial<ClaimedRun> & { policy?: RunPolicy } = {}) => {
      runner.handle({ type: 'claimed', runs: [aClaimedRun('1', run)] });
      await clock.settle();
    },
    outcomes: (): Outcome[] =>
      posted.flatMap((message) => (message.type === 'outcome' ? [message.outcome] : [])),
    free: () => posted.findLast((message) => message.type === 'slots'),
  };
}

/** Ends when its signal aborts, with what the signal says. */
export const heeding: TaskHandler = (_payload, { signal }) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error)),
  );

/** Returns as if nothing was wrong when its signal aborts. */
export const leaving: TaskHandler = (_payload, { signal }) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve('half')));

/** Does not look at its signal, and ends when it is told. */
export function stubborn() {
  const { promise, resolve, reject } = withResolvers();
  return { handler: () => promise, resolve, reject };
}

function withResolvers() {
  let resolve: (value?: unknown) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
