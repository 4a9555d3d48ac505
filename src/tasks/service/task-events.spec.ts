import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NOON } from '../../../test/support/builders.js';
import { tasksEvent, type TasksEvent } from '../domain/events.js';
import { TasksEventBus } from './task-events.js';

const added = (jobId: string): TasksEvent => tasksEvent('job.added', NOON, { jobId });
const removed = (jobId: string): TasksEvent => tasksEvent('job.removed', NOON, { jobId });
const idOf = ({ data }: TasksEvent) => ('jobId' in data ? data.jobId : '');

let bus: TasksEventBus;
let errors: string[];

beforeEach(() => {
  bus = new TasksEventBus();
  errors = [];
  vi.spyOn(Logger.prototype, 'error').mockImplementation((said: string) => void errors.push(said));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a listener', () => {
  it('gets the events of its name with their data, until it leaves', () => {
    const heard: string[] = [];
    const off = bus.on('job.added', ({ name, at, data }) => {
      heard.push(`${name} ${data.jobId} ${at.toISOString()}`);
    });
    bus.emit(added('a'));
    bus.emit(removed('a'));
    off();
    bus.emit(added('b'));
    expect(heard).toEqual(['job.added a 2026-03-02T12:00:00.000Z']);
  });

  it('gets all events with *', () => {
    const heard: string[] = [];
    bus.on('*', ({ name }) => heard.push(name));
    bus.emit(added('a'));
    bus.emit(removed('a'));
    expect(heard).toEqual(['job.added', 'job.removed']);
  });

  it('is called in the order in which the listeners came, each as often as it was added', () => {
    const heard: string[] = [];
    const twice = () => heard.push('twice');
    bus.on('*', () => heard.push('first'));
    const off = bus.on('job.added', twice);
    bus.on('job.added', twice);
    bus.emit(added('a'));
    off();
    bus.emit(added('b'));
    expect(heard).toEqual(['first', 'twice', 'twice', 'first', 'twice']);
  });

  it('hears events in one order with all others, also when one of them makes the next', () => {
    const heard: string[] = [];
    bus.on('*', (event) => {
      heard.push(`first ${idOf(event)}`);
      if (idOf(event) === 'a') bus.emit(added('b'));
    });
    bus.on('*', (event) => heard.push(`second ${idOf(event)}`));
    bus.emit(added('a'));
    expect(heard).toEqual(['first a', 'second a', 'first b', 'second b']);
  });

  it('hears nothing more once another has taken it away, and only what comes after it came', () => {
    const heard: string[] = [];
    let off = (): void => undefined;
    bus.on('*', () => {
      off();
      if (heard.length === 0) bus.on('*', (event) => heard.push(`late ${idOf(event)}`));
    });
    off = bus.on('*', () => heard.push('taken away'));
    bus.emit(added('a'));
    bus.emit(added('b'));
    expect(heard).toEqual(['late b']);
  });

  it('harms nobody when it throws, and is told of once', () => {
    const heard: string[] = [];
    bus.on('job.added', () => {
      throw new Error('no mail today');
    });
    bus.on('job.added', (event) => heard.push(idOf(event)));
    bus.emit(added('a'));
    bus.emit(added('b'));
    expect(heard).toEqual(['a', 'b']);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('A listener for "job.added" failed at "job.added"');
    expect(errors[0]).toContain('no mail today');
  });

  it('harms nobody when it rejects, and is told of apart from others', async () => {
    bus.on('*', () => Promise.reject(new Error('one')));
    bus.on('*', () => Promise.reject(new Error('other')));
    bus.emit(added('a'));
    bus.emit(added('b'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toHaveLength(2);
    expect(errors.join()).toMatch(/one[^]*other/);
  });

  it('cannot change an event for the next', () => {
    const heard: string[] = [];
    bus.on('job.added', (event) => Object.assign(event.data, { jobId: 'x' }));
    bus.on('job.added', (event) => heard.push(idOf(event)));
    bus.emit(added('a'));
    expect(heard).toEqual(['a']);
    expect(errors).toHaveLength(1);
  });

  it('does not see the context of whoever emits', () => {
    const requests = new AsyncLocalStorage<string>();
    const heard: unknown[] = [];
    bus.on('*', () => heard.push(requests.getStore()));
    requests.run('a request', () => bus.emit(added('a')));
    expect(heard).toEqual([undefined]);
  });
});

describe('an observable', () => {
  it('gives events from its subscription to its end', () => {
    const heard: string[] = [];
    bus.emit(added('a'));
    const subscription = bus.events('job.added').subscribe((event) => heard.push(event.data.jobId));
    bus.emit(added('b'));
    bus.emit(removed('b'));
    subscription.unsubscribe();
    bus.emit(added('c'));
    expect(heard).toEqual(['b']);
    expect(bus.hears('job.added')).toBe(false);
  });

  it('completes when the bus closes, and the listeners hear nothing more', () => {
    const heard: string[] = [];
    bus.on('*', ({ name }) => heard.push(name));
    bus.events().subscribe({ next: () => undefined, complete: () => heard.push('complete') });
    bus.close();
    bus.emit(added('a'));
    expect(heard).toEqual(['complete']);
  });
});

describe('a diagnostics channel', () => {
  it('publishes the event under its name', () => {
    const heard: unknown[] = [];
    const hear = (event: unknown) => void heard.push(event);
    subscribe('carillon:job.added', hear);
    expect(bus.hears('job.added')).toBe(true);
    bus.emit(added('a'));
    bus.emit(removed('a'));
    unsubscribe('carillon:job.added', hear);
    bus.emit(added('b'));
    expect(heard).toEqual([added('a')]);
    expect(bus.hears('job.added')).toBe(false);
  });
});

describe('a producer of expensive events', () => {
  const ROWS = ['run.fired', 'run.skipped'] as const;

  it('is told at once whether anybody listens, and whenever that changes', () => {
    const told: boolean[] = [];
    bus.follow(ROWS, (isHeard) => told.push(isHeard));
    const off = bus.on('run.skipped', () => undefined);
    const alsoOff = bus.on('*', () => undefined);
    bus.on('job.added', () => undefined);
    off();
    alsoOff();
    expect(told).toEqual([false, true, false]);
  });

  it('is told of a channel’s subscriber at the next event of any name', () => {
    const told: boolean[] = [];
    const hear = () => undefined;
    bus.follow(ROWS, (isHeard) => told.push(isHeard));
    subscribe('carillon:run.fired', hear);
    bus.emit(added('a'));
    unsubscribe('carillon:run.fired', hear);
    bus.emit(added('b'));
    expect(told).toEqual([false, true, false]);
  });

  it('is told nothing more once it has left', () => {
    const told: boolean[] = [];
    bus.follow(ROWS, (isHeard) => told.push(isHeard))();
    bus.on('*', () => undefined);
    expect(told).toEqual([false]);
  });
});
