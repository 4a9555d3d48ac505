import { Injectable } from '@nestjs/common';
import { Cron, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applicationOf, MODULES } from './modules.js';

@Injectable()
class Jobs {
  @Cron('0 0 1 1 *', { name: 'yearly' })
  yearly(): void {}

  @Interval('often', 1_000)
  often(): void {}

  @Timeout('soon', 1_000)
  soon(): void {}
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe.each(MODULES)('the options of $title', ({ forRoot, forRootAsync }) => {
  it.each([
    ['cronJobs', [[], ['often'], ['soon']]],
    ['intervals', [['yearly'], [], ['soon']]],
    ['timeouts', [['yearly'], ['often'], []]],
  ])('keep a kind of methods out of the registry: %s', async (option, registered) => {
    const app = await applicationOf([forRoot({ [option]: false })], [Jobs]);
    await app.init();
    const registry = app.get(SchedulerRegistry);
    const names = [
      [...registry.getCronJobs().keys()],
      registry.getIntervals(),
      registry.getTimeouts(),
    ];
    expect(names).toEqual(registered);
    await app.close();
  });

  class NoCronJobs {
    createScheduleOptions() {
      return { cronJobs: false };
    }
  }

  it.each([
    ['a factory', { useFactory: () => ({ cronJobs: false }) }, false],
    ['a factory of defaults', { useFactory: () => Promise.resolve({}) }, true],
    ['a class', { useClass: NoCronJobs }, false],
  ])('come later from %s', async (_title, options, hasCronJobs) => {
    const app = await applicationOf([forRootAsync(options)], [Jobs]);
    await app.init();
    const registry = app.get(SchedulerRegistry);
    expect(registry.doesExist('cron', 'yearly')).toBe(hasCronJobs);
    expect(registry.doesExist('interval', 'often')).toBe(true);
    await app.close();
  });
});
