import { Injectable, Logger, type Provider, type Type } from '@nestjs/common';
import { Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applicationOf, MODULES } from './modules.js';

/** What `@Interval` and `@Timeout` have in common, each under its own names. */
interface Kind {
  readonly kind: 'interval' | 'timeout';
  readonly label: 'Interval' | 'Timeout';
  readonly decorate: (name: string, ms: number) => MethodDecorator;
  readonly make: (then: () => void, ms: number) => NodeJS.Timeout;
  readonly add: (registry: SchedulerRegistry, name: string, ref: NodeJS.Timeout) => void;
  readonly get: (registry: SchedulerRegistry, name: string) => unknown;
  readonly remove: (registry: SchedulerRegistry, name: string) => void;
  readonly names: (registry: SchedulerRegistry) => string[];
}

const KINDS: readonly Kind[] = [
  {
    kind: 'interval',
    label: 'Interval',
    decorate: (name, ms) => Interval(name, ms),
    make: (then, ms) => setInterval(then, ms),
    add: (registry, name, ref) => registry.addInterval(name, ref),
    get: (registry, name) => registry.getInterval<unknown>(name),
    remove: (registry, name) => registry.deleteInterval(name),
    names: (registry) => registry.getIntervals(),
  },
  {
    kind: 'timeout',
    label: 'Timeout',
    decorate: (name, ms) => Timeout(name, ms),
    make: (then, ms) => setTimeout(then, ms),
    add: (registry, name, ref) => registry.addTimeout(name, ref),
    get: (registry, name) => registry.getTimeout<unknown>(name),
    remove: (registry, name) => registry.deleteTimeout(name),
    names: (registry) => registry.getTimeouts(),
  },
];

const CASES = MODULES.flatMap((module) => KINDS.map((kind) => ({ ...module, ...kind })));

interface Calls {
  calls: number;
  run(): void;
}

function serviceWith(kind: Kind, name: string): Type<Calls> {
  @Injectable()
  class Service {
    calls = 0;

    run(): void {
      this.calls++;
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'run')!;
  kind.decorate(name, 2_500)(Service.prototype, 'run', descriptor);
  return Service;
}

describe.each(CASES)('@$label with $title', (given) => {
  let app: TestingModule;
  let registry: SchedulerRegistry;
  const { kind, label, make, add, get, remove, names, forRoot } = given;
  const Service = serviceWith(given, 'test');

  async function start(providers: Provider[] = []): Promise<void> {
    app = await applicationOf([forRoot()], [Service, ...providers]);
    vi.useFakeTimers();
    await app.init();
    registry = app.get(SchedulerRegistry);
  }

  function addDynamic(): NodeJS.Timeout {
    const ref = make(() => undefined, 2_500);
    add(registry, 'dynamic', ref);
    return ref;
  }

  afterEach(async () => {
    await app.close();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('calls the method in the step that advances the clock', async () => {
    await start();
    vi.advanceTimersByTime(2_499);
    expect(app.get(Service).calls).toBe(0);
    vi.advanceTimersByTime(5_001);
    expect(app.get(Service).calls).toBe(kind === 'interval' ? 3 : 1);
  });

  it('gives the handle by its name, of which the platform’s own function takes it', async () => {
    await start();
    clearTimeout(get(registry, 'test') as NodeJS.Timeout);
    vi.advanceTimersByTime(10_000);
    expect(app.get(Service).calls).toBe(0);
  });

  it('gives a handle that was added', async () => {
    await start();
    const ref = addDynamic();
    expect(get(registry, 'dynamic')).toBe(ref);
  });

  it('lists the names, those that were added among them', async () => {
    await start();
    addDynamic();
    expect(names(registry)).toEqual(['test', 'dynamic']);
  });

  it('ends and forgets what is deleted, and says so to whoever asks for it', async () => {
    await start();
    remove(registry, 'test');
    vi.advanceTimersByTime(10_000);
    expect(app.get(Service).calls).toBe(0);
    expect(() => get(registry, 'test')).toThrow(
      `No ${label} was found with the given name (test). Check that you created one with a decorator or with the create API.`,
    );
  });

  it('starts beside a provider that has no prototype', async () => {
    await start([{ provide: 'bare', useValue: Object.create(null) as object }]);
    expect(names(registry)).toEqual(['test']);
  });

  it('leaves nothing behind a close', async () => {
    await start();
    addDynamic();
    await app.close();
    expect(names(registry)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('knows that an added name exists', async () => {
    await start();
    addDynamic();
    expect(registry.doesExist(kind, 'dynamic')).toBe(true);
  });

  it('knows that another name does not exist', async () => {
    await start();
    expect(registry.doesExist(kind, 'dynamic')).toBe(false);
  });

  it('warns of nothing where there is nothing to warn of', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    await start();
    expect(warn).not.toHaveBeenCalled();
  });

  it('refuses to start with two of one name', async () => {
    await expect(start([serviceWith(given, 'test')])).rejects.toThrow(
      `${label} with the given name (test) already exists. Ignored.`,
    );
  });
});
