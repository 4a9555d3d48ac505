import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.js';
import { DeclarationWatcher } from './declaration-watcher.js';
import type { ToRunner } from './messages.js';

const DEAD_AFTER_MS = 10_000;

let clock: FakeClock;
let told: ToRunner[];
let watcher: DeclarationWatcher;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  watcher = new DeclarationWatcher(DEAD_AFTER_MS, clock, (message) => told.push(message));
});

const heard = (unknownTasks: string[], toAdopt: string[] = []) =>
  watcher.heard({ unknownTasks, toAdopt });

describe('tasks that nobody knows', () => {
  it('are told of when they change, also when there are none any more', () => {
    heard([]);
    heard(['a']);
    heard(['a']);
    heard(['a', 'b']);
    heard([]);
    expect(told).toEqual([
      { type: 'unknown-tasks', tasks: ['a'] },
      { type: 'unknown-tasks', tasks: ['a', 'b'] },
      { type: 'unknown-tasks', tasks: [] },
    ]);
  });

  it('stay what they were while the database is away', () => {
    heard(['a']);
    watcher.heard(null);
    heard(['a']);
    expect(told).toHaveLength(1);
  });
});

describe('declarations that nobody else keeps in force', () => {
  it('are told of with each beat, once this node has been answered for long enough', async () => {
    heard([], ['report']);
    await clock.advance(DEAD_AFTER_MS - 1);
    heard([], ['report']);
    expect(told).toEqual([]);
    await clock.advance(1);
    heard([], ['report']);
    heard([], ['report', 'other']);
    heard([]);
    expect(told).toEqual([
      { type: 'adopt', jobs: ['report'] },
      { type: 'adopt', jobs: ['report', 'other'] },
    ]);
  });

  it('are left alone for as long again after an outage', async () => {
    heard([]);
    await clock.advance(DEAD_AFTER_MS);
    watcher.heard(null);
    heard([], ['report']);
    await clock.advance(DEAD_AFTER_MS - 1);
    heard([], ['report']);
    expect(told).toEqual([]);
    await clock.advance(1);
    heard([], ['report']);
    expect(told).toHaveLength(1);
  });
});
