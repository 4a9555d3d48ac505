/** Methods of providers without one instance: the original leaves them out, ours makes one for each run. */
import { Injectable, Logger, Scope } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TasksModule } from '../../src/tasks/index.js';
import { applicationOf } from './modules.js';

const KINDS = [
  { kind: 'cron job', decorate: Cron('* * * * * *'), runs: 2 },
  { kind: 'interval', decorate: Interval(1_000), runs: 2 },
  { kind: 'timeout', decorate: Timeout(1_000), runs: 1 },
];

const calls: string[] = [];

/** A service that counts how often it is made, and tells whether its constructor has run. */
function serviceOf(scope: Scope, decorate: MethodDecorator) {
  @Injectable({ scope })
  class Service {
    static made = 0;
    readonly number = ++Service.made;

    run(): void {
      calls.push(`call on ${this.number}`);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'run')!;
  decorate(Service.prototype, 'run', descriptor);
  return Service;
}

let app: TestingModule;

beforeEach(() => {
  calls.length = 0;
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 2) });
});

afterEach(async () => {
  await app.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe.each(KINDS)('a $kind', ({ kind, decorate, runs }) => {
  it('of a request-scoped provider never runs in the original, which warns of it', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const Service = serviceOf(Scope.REQUEST, decorate);
    app = await applicationOf([ScheduleModule.forRoot()], [Service]);
    await app.init();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(calls).toEqual([]);
    expect(warn).toHaveBeenCalledWith(
      `Cannot register ${kind} "Service@run" because it is defined in a non static provider.`,
    );
  });

  it('of a transient provider runs on an object without a constructor in the original', async () => {
    const Service = serviceOf(Scope.TRANSIENT, decorate);
    app = await applicationOf([ScheduleModule.forRoot()], [Service]);
    await app.init();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(calls).toEqual(Array.from({ length: runs }, () => 'call on undefined'));
  });

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('of a %s provider runs on a fresh instance each time in ours', async (_title, scope) => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const Service = serviceOf(scope, decorate);
    app = await applicationOf([TasksModule.forRoot({ store: 'memory' })], [Service]);
    await app.init();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(calls).toEqual(['call on 1', 'call on 2'].slice(0, runs));
    expect(warn).not.toHaveBeenCalled();
  });
});
