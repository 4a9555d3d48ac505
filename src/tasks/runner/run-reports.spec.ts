import { describe, expect, it } from 'vitest';
import { attachedRunner } from '../../../test/support/attached-runner.js';
import { aClaim, NOON } from '../../../test/support/builders.js';
import type { ToEngine } from '../engine/messages.js';
import type { TaskContext } from '../registry/task-context.js';

const lines = (posted: readonly ToEngine[]) =>
  posted.flatMap((message) => (message.type === 'line' ? [message.line] : []));
const told = (posted: readonly ToEngine[]) =>
  posted.flatMap((message) => (message.type === 'progress' ? [message.progress.progress] : []));

async function reporting(report: (context: TaskContext) => unknown) {
  const attached = attachedRunner((_payload, context) => report(context));
  await attached.start();
  return attached;
}

describe('the logger of a run', () => {
  it('writes to the ledger and to the process log, each by its level', async () => {
    const { posted, log } = await reporting(({ logger: { debug, log, warn, error } }) => {
      debug('a');
      log('b');
      warn('c');
      error('d');
    });
    expect(lines(posted)).toEqual(
      [
        ['debug', 'a'],
        ['info', 'b'],
        ['warn', 'c'],
        ['error', 'd'],
      ].map(([level, message]) => ({ ...aClaim('1'), at: NOON, level, message })),
    );
    expect(log.lines).toEqual(
      expect.arrayContaining(['debug: daily-report, run 1: a', 'log: daily-report, run 1: b']),
    );
  });

  it('keeps a thousand lines, of which the last says that there were more', async () => {
    const { posted, log } = await reporting(({ logger }) => {
      for (let n = 1; n <= 1_500; n++) logger.log(`line ${n}`);
    });
    expect(lines(posted)).toHaveLength(1_000);
    expect(lines(posted)[998]?.message).toBe('line 999');
    expect(lines(posted)[999]).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('all further lines are dropped') as string,
    });
    expect(log.lines).toContain('log: daily-report, run 1: line 1500');
  });

  it('cuts long lines and mends what cannot be stored', async () => {
    const { posted } = await reporting(({ logger }) => {
      logger.log('x'.repeat(5_000));
      logger.log('a\0b');
      logger.log(7);
    });
    const [long, mended, odd] = lines(posted).map(({ message }) => message);
    expect(long).toBe(`${'x'.repeat(3_999)}…`);
    expect([mended, odd]).toEqual(['a\ufffdb', '7']);
  });

  it('keeps nothing once the run has its outcome', async () => {
    let context: TaskContext | undefined;
    const { posted, clock } = await reporting((given) => void (context = given));
    const before = posted.length;
    context?.logger.log('late');
    context?.progress(50);
    await clock.advance(5_000);
    expect(posted).toHaveLength(before);
    expect(clock.sleeping).toBe(0);
  });
});

describe('the progress of a run', () => {
  it('is told at once, and then twice a second at most', async () => {
    const attached = attachedRunner(async (_payload, { progress }) => {
      for (let n = 0; n < 20; n++) {
        progress(n);
        await attached.clock.sleep(100);
      }
    });
    await attached.start();
    await attached.clock.advance(1_499);
    expect(told(attached.posted).map(({ percent }) => percent)).toEqual([0, 4, 9]);
  });

  it('is told to the last before the outcome', async () => {
    const { posted } = await reporting(({ progress }) => {
      for (const percent of [10, 20, 100]) progress(percent, `at ${percent}`);
    });
    expect(told(posted)).toEqual([
      { percent: 10, note: 'at 10' },
      { percent: 100, note: 'at 100' },
    ]);
    expect(posted.slice(-3).map(({ type }) => type)).toEqual(['progress', 'outcome', 'slots']);
  });

  it('stays between nothing and all', async () => {
    for (const [given, kept] of [
      [-5, 0],
      [170, 100],
      [Number.NaN, 0],
      [12.5, 12.5],
    ] as const) {
      const { posted } = await reporting(({ progress }) => progress(given));
      expect(told(posted)).toEqual([{ percent: kept, note: null }]);
    }
  });
});
