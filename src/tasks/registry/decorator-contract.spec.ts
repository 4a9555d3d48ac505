import { SetMetadata } from '@nestjs/common';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import { describe, expect, it } from 'vitest';
import { probeDecorators, STOCK, type StockDecorators } from './decorator-contract.js';

const installed: StockDecorators = {
  cron: (name, time) => Cron(time, { name }),
  interval: (name, time) => Interval(name, time),
  timeout: (name, time) => Timeout(name, time),
};

describe('the contract with the decorators of @nestjs/schedule', () => {
  it('finds the keys that monitoring agents know by heart', () => {
    expect(STOCK).toMatchObject({
      typeKey: 'SCHEDULER_TYPE',
      nameKey: 'SCHEDULER_NAME',
      kinds: {
        cron: { type: 1, optionsKey: 'SCHEDULE_CRON_OPTIONS' },
        interval: { type: 3, optionsKey: 'SCHEDULE_INTERVAL_OPTIONS' },
        timeout: { type: 2, optionsKey: 'SCHEDULE_TIMEOUT_OPTIONS' },
      },
    });
  });

  it('refuses a decorator that leaves nothing', () => {
    const nothing = { ...installed, interval: () => () => undefined };
    expect(() => probeDecorators(nothing)).toThrow(/\(interval\).*found the keys \[\]. Install/);
  });

  it('refuses a decorator that leaves one key more, and names the keys', () => {
    const more: StockDecorators = {
      ...installed,
      cron: (name, time) => (target, key, descriptor) => {
        installed.cron(name, time)(target, key, descriptor);
        SetMetadata('NEW_KEY', 1)(target, key, descriptor);
      },
    };
    expect(() => probeDecorators(more)).toThrow(/SCHEDULE_CRON_OPTIONS.*NEW_KEY/);
  });

  it('refuses decorators that cannot be told apart', () => {
    const same = { ...installed, interval: installed.timeout };
    expect(() => probeDecorators(same)).toThrow('leave other metadata than we know');
  });
});
