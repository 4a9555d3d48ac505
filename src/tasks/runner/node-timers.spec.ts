import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hours, later, minutes, NOON } from '../../../test/support/builders.js';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { TasksEvent } from '../domain/events.js';
import type { NodeTask } from '../registry/node-task.js';
import { TaskContext, type TaskHandler } from '../registry/task-context.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { FakeClock } from '../testing/fake-clock.js';
import { NodeTimers } from './node-timers.js';

let clock: FakeClock;
let log: RecordedLog;
let registry: TaskRegistry;
let timers: NodeTimers;
let events: TasksEvent[];
let calls: string[];
let handler: TaskHandler;

beforeEach(() => {
  clock = new FakeClock(NOON);
  log = recordedLog();
  registry = new TaskRegistry();
  events = [];
  calls = [];
  handler = () => undefined;
  timers = new NodeTimers(registry, clock, log, (event) => events.push(event));
});
afterEach(async () => {
  const stopped = timers.drain(0);
  await clock.advance(2_000);
  await stopped;
});

/** Calls are noted by when they come and which fire time they are for, both counted from noon. */
function aTask(name: string, task: Partial<NodeTask> = {}): void {
  registry.registerNodeTask({
    name,
    source: `Cache.${name}`,
    trigger: { type: 'interval', seconds: 5 },
    overlap: 'skip',
    timeoutMs: null,
    tags: [],
    initialDelayMs: 0,
    runAtStart: false,
    disabled: false,
    handler: (payload, context) => {
      const fireAt = context.fireAt.getTime() - NOON.getTime();
      calls.push(`${name} at ${clock.monotonic()} for ${fireAt}`);
      return handler(payload, context);
    },
    ...task,
  });
}
const cron = (expression: string) => ({ type: 'cron', expression, timeZone: 'UTC' }) as const;
const never = () => new Promise<never>(() => undefined);
const names = () => events.map(({ name }) => name);

describe('the timers of a process', () => {
  it('call a method at each fire time, an interval from the start on', async () => {
    aTask('refresh');
    aTask('sweep', { trigger: cron('*/10 * * * * *') });
    timers.start();
    await clock.advance(11_000);
    expect(calls.toSorted()).toEqual([
      'refresh at 10000 for 10000',
      'refresh at 5000 for 5000',
      'sweep at 10000 for 10000',
    ]);
  });

  it('call a method once after the start, also with no delay at all', async () => {
    aTask('warm-up', { trigger: { type: 'start', delayMs: 700 } });
    aTask('at-once', { trigger: { type: 'start', delayMs: 0 } });
    timers.start();
    await clock.advance(minutes(1));
    expect(calls).toEqual(['at-once at 0 for 0', 'warm-up at 700 for 700']);
  });

  it('wait for an initial delay and leave out what is disabled', async () => {
    aTask('refresh', { initialDelayMs: 8_000 });
    aTask('off', { disabled: true });
    timers.start();
    await clock.advance(13_000);
    expect(calls).toEqual(['refresh at 13000 for 13000']);
  });

  it('are set once, however often they are started', async () => {
    aTask('refresh');
    timers.start();
    timers.start();
    await clock.advance(5_000);
    expect(calls).toHaveLength(1);
  });

  it('are also called at the start of the process if they are to be', async () => {
    aTask('refresh', { runAtStart: true });
    timers.start();
    await clock.advance(5_000);
    expect(calls).toEqual(['refresh at 0 for 0', 'refresh at 5000 for 5000']);
  });

  it('end when there is no fire time left', async () => {
    aTask('once', { trigger: { type: 'date', at: later(NOON, 1_000).toISOString() } });
    timers.start();
    await clock.advance(minutes(5));
    expect(calls).toEqual(['once at 1000 for 1000']);
    expect(clock.sleeping).toBe(0);
  });
});

describe('a call', () => {
  it('has a context of its own, of a run that is in no ledger', async () => {
    let seen: TaskContext | undefined;
    handler = (payload, context) => {
      expect(payload).toBeUndefined();
      expect(TaskContext.current()).toBe(context);
      seen = context;
    };
    aTask('refresh');
    timers.start();
    await clock.advance(5_000);
    expect(seen).toMatchObject({
      runId: 'node-task-1',
      jobId: 'refresh',
      task: 'refresh',
      cause: 'fired',
      fireAt: later(NOON, 5_000),
      attempt: 1,
      fencingToken: null,
      signal: { aborted: false },
    });
  });

  it('does not see the request in which the node was started', async () => {
    const requests = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    handler = () => seen.push(requests.getStore());
    aTask('refresh');
    requests.run('a request', () => timers.start());
    await clock.advance(5_000);
    expect(seen).toEqual([undefined]);
  });

  it('is told when it starts and when it ends', async () => {
    handler = () => clock.sleep(250);
    aTask('refresh');
    timers.start();
    await clock.advance(5_250);
    const told = { task: 'refresh', runId: 'node-task-1', fireAt: later(NOON, 5_000) };
    expect(events).toEqual([
      { name: 'node-task.started', at: later(NOON, 5_000), data: told },
      {
        name: 'node-task.ended',
        at: later(NOON, 5_250),
        data: { ...told, durationMs: 250, error: null },
      },
    ]);
    expect(log.lines).toContain('log: refresh succeeded after 250 ms on this node, node-task-1.');
  });

  it('may throw or reject: that is logged and told, and the timer goes on', async () => {
    handler = (_payload, { runId }) => {
      if (runId === 'node-task-1') throw new Error('no cache');
      return Promise.reject(new Error('still none'));
    };
    aTask('refresh');
    timers.start();
    await clock.advance(10_000);
    expect(log.lines.filter((line) => line.startsWith('error: refresh failed'))).toEqual([
      expect.stringContaining('no cache'),
      expect.stringContaining('still none'),
    ]);
    expect(events.filter(({ name }) => name === 'node-task.ended')).toMatchObject([
      { data: { error: { message: 'no cache' } } },
      { data: { error: { message: 'still none' } } },
    ]);
  });

  it('is skipped while the one before goes on, which is logged once and told each time', async () => {
    handler = (_payload, { runId }) => (runId === 'node-task-1' ? clock.sleep(12_000) : undefined);
    aTask('refresh');
    timers.start();
    await clock.advance(20_000);
    expect(calls).toEqual(['refresh at 5000 for 5000', 'refresh at 20000 for 20000']);
    expect(names().filter((name) => name === 'node-task.skipped')).toHaveLength(2);
    const warnings = log.lines.filter((line) => line.startsWith('warn'));
    expect(warnings).toEqual([expect.stringContaining('refresh is still running on this node')]);
  });

  it('overlaps the one before where that is allowed', async () => {
    handler = never;
    aTask('refresh', { overlap: 'allow' });
    timers.start();
    await clock.advance(10_000);
    expect(calls).toHaveLength(2);
  });

  it('does not keep another method from being called', async () => {
    handler = never;
    aTask('refresh');
    aTask('sweep');
    timers.start();
    await clock.advance(5_000);
    expect(calls).toHaveLength(2);
  });

  it('is told to end when its time is over, and only then', async () => {
    const reasons: unknown[] = [];
    handler = (_payload, { signal, runId }) => {
      signal.addEventListener('abort', () => reasons.push([runId, signal.reason]));
      return clock.sleep(runId === 'node-task-1' ? 100 : 2_000);
    };
    aTask('refresh', { timeoutMs: 1_000 });
    timers.start();
    await clock.advance(12_000);
    expect(reasons).toEqual([['node-task-2', expect.objectContaining({ name: 'TimeoutError' })]]);
  });
});

describe('the clock of a timer', () => {
  it('may be behind: one call makes up for all fire times that have passed', async () => {
    aTask('sweep', { trigger: cron('* * * * *') });
    timers.start();
    await clock.advance(minutes(1));
    clock.suspend(hours(3));
    await clock.advance(30_000);
    expect(calls).toEqual([
      `sweep at ${minutes(1)} for ${minutes(1)}`,
      `sweep at ${minutes(1.5)} for ${minutes(181)}`,
    ]);
    await clock.advance(30_000);
    expect(calls[2]).toBe(`sweep at ${minutes(2)} for ${minutes(182)}`);
  });

  it('may be set back a little without a fire time coming twice', async () => {
    aTask('sweep', { trigger: cron('* * * * *') });
    timers.start();
    await clock.advance(minutes(1));
    clock.setWallClock(later(NOON, minutes(1) - 20_000));
    await clock.advance(minutes(1) + 20_000);
    expect(calls.map((call) => call.split(' for ')[1])).toEqual(
      [minutes(1), minutes(2)].map(String),
    );
  });

  it('may be set back by hours without hours of silence', async () => {
    aTask('sweep', { trigger: cron('* * * * *') });
    timers.start();
    await clock.advance(minutes(1));
    clock.setWallClock(later(NOON, -hours(5)));
    await clock.advance(minutes(2));
    expect(calls).toHaveLength(3);
  });

  it('does not matter to an interval', async () => {
    aTask('refresh');
    timers.start();
    await clock.advance(5_000);
    clock.setWallClock(later(NOON, -hours(5)));
    await clock.advance(5_000);
    clock.setWallClock(later(NOON, hours(5)));
    await clock.advance(5_000);
    expect(calls).toHaveLength(3);
  });

  it('wakes for a fire time that is months away, and not in between to call', async () => {
    aTask('yearly', { trigger: cron('0 12 2 6 *') });
    timers.start();
    await clock.advance(hours(1));
    expect(calls).toEqual([]);
    expect(clock.sleeping).toBe(1);
  });
});

describe('a drain', () => {
  it('lets calls end within the grace, and fires nothing more', async () => {
    handler = () => clock.sleep(800);
    aTask('refresh');
    timers.start();
    await clock.advance(5_000);
    const drained = timers.drain(5_000).then(() => clock.monotonic());
    await clock.advance(20_000);
    expect(await drained).toBe(5_800);
    expect(calls).toHaveLength(1);
    expect(names().at(-1)).toBe('node-task.ended');
  });

  it('is over at once when nothing goes on', async () => {
    aTask('refresh');
    timers.start();
    await timers.drain(5_000);
    await clock.settle();
    expect(clock.sleeping).toBe(0);
  });

  it('aborts what outlasts the grace, and does not wait for what ignores that', async () => {
    let reason: unknown;
    handler = (_payload, { signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason));
      return never();
    };
    aTask('refresh');
    timers.start();
    await clock.advance(5_000);
    const drained = timers.drain(2_000).then(() => clock.monotonic());
    await clock.advance(2_000);
    expect(reason).toMatchObject({ name: 'NodeStopped' });
    await clock.advance(10_000);
    expect(await drained).toBe(8_000);
    expect(log.lines).toContain('error: refresh did not end when told to. They are left running.');
  });

  it('can be followed by another start, after which only what was never called is called once', async () => {
    aTask('refresh');
    aTask('warm-up', { trigger: { type: 'start', delayMs: 1_000 } });
    timers.start();
    await clock.advance(6_000);
    await timers.drain(0);
    timers.start();
    await clock.advance(6_000);
    expect(calls).toEqual([
      'warm-up at 1000 for 1000',
      'refresh at 5000 for 5000',
      'refresh at 11000 for 11000',
    ]);
  });
});
