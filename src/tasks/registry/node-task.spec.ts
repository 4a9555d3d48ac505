import { Cron, Interval, Timeout } from '@nestjs/schedule';
import { describe, expect, it } from 'vitest';
import { declareNodeTask } from './node-task.js';
import { stockDeclarationOf } from './stock-declaration.js';
import type { TaskOptionsInput } from './task-options.js';

const handler = () => undefined;

function declare(decorator: MethodDecorator, given: object = {}, id = 'Cache.refresh') {
  class Cache {
    @decorator
    refresh(): void {}
  }
  const stock = stockDeclarationOf(Reflect.get(Cache.prototype, 'refresh'));
  if (!stock) throw new Error('the decorator left no declaration');
  const options = { scope: 'node', ...given };
  return declareNodeTask({ id, source: 'Cache.refresh', stock, options, timeZone: 'UTC' }, handler);
}

describe('the timer that a method declares for its process', () => {
  it('skips overlapping runs, has no time limit and starts at once by default', () => {
    expect(declare(Interval(5_000))).toEqual({
      name: 'Cache.refresh',
      source: 'Cache.refresh',
      handler,
      trigger: { type: 'interval', milliseconds: 5_000 },
      overlap: 'skip',
      timeoutMs: null,
      tags: [],
      initialDelayMs: 0,
      runAtStart: false,
      disabled: false,
    });
  });

  it('takes what the stock decorator and its own options say', () => {
    const cron = Cron('0 9 * * *', { disabled: true, initialDelay: 50, timeZone: 'Asia/Tokyo' });
    expect(declare(cron, { overlap: 'allow', timeoutMs: 900, tags: ['cache'] })).toMatchObject({
      trigger: { type: 'cron', expression: '0 9 * * *', timeZone: 'Asia/Tokyo' },
      overlap: 'allow',
      timeoutMs: 900,
      tags: ['cache'],
      initialDelayMs: 50,
      disabled: true,
    });
  });

  it('is called once after the start, for a timeout', () => {
    expect(declare(Timeout(700)).trigger).toEqual({ type: 'start', delayMs: 700 });
  });

  it.each([
    'misfireGraceMs',
    'coalesce',
    'maxInstances',
    'bufferLimit',
    'jitterMs',
    'maxRuns',
    'retry',
    'onCrash',
    'transactional',
    'priority',
  ])('refuses %s, which has no meaning for it', (policy) => {
    expect(() => declare(Interval(5_000), { [policy]: 1 })).toThrow(
      `The declaration of Cache.refresh was refused: /${policy} has no meaning with the scope "node"`,
    );
  });

  it('refuses what only a ledger could keep to, an unknown field, a bad name and a bad trigger', () => {
    const bad = { overlap: 'buffer-one', colour: 'red' };
    expect(() => declare(Cron('99 * * * *'), bad, 'a\nb')).toThrow(
      /\/name cannot hold .*\/overlap .*\/colour is not a known field.*\/trigger\/expression/,
    );
  });

  it('is refused by the compiler already where a policy has no meaning', () => {
    // @ts-expect-error a timer of a process has no retries
    const options: TaskOptionsInput = { scope: 'node', retry: { maxAttempts: 3 } };
    expect(() => declare(Interval(5_000), options)).toThrow('/retry has no meaning');
  });
});
