import { Injectable } from '@nestjs/common';
import { Cron, Interval, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { CronTime } from 'cron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Task } from '../../src/tasks/registry/task.decorator.js';
import { TasksModule } from '../../src/tasks/tasks.module.js';
import { JobStore } from '../../src/tasks/store/job-store.js';
import { RunStore } from '../../src/tasks/store/run-store.js';
import { ClusterStore } from '../../src/tasks/store/cluster-store.js';
import { newJobSchema } from '../../src/tasks/domain/job.js';

const calls: unknown[] = [];

@Injectable()
class Work {
  @Cron('0 * * * *', { name: 'hourly', timeZone: 'UTC' })
  hourly(): void {
    calls.push('hourly');
  }

  @Interval('often', 1_000)
  often(): void {
    calls.push('often');
  }

  @Task('greet')
  greet(payload: unknown): void {
    calls.push(payload);
  }
}

let app: TestingModule;
let jobs: JobStore;
let runs: RunStore;

beforeEach(async () => {
  calls.length = 0;
  vi.useFakeTimers({ now: new Date('2026-03-02T12:00:00.000Z') });
  app = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ store: 'memory' })],
    providers: [Work],
  }).compile();
  await app.init();
  jobs = app.get(JobStore, { strict: false });
  runs = app.get(RunStore, { strict: false });
});

afterEach(async () => {
  await app.close();
  vi.useRealTimers();
});

const greeting = (id: string, trigger: object, more: object = {}) =>
  newJobSchema.parse({ id, task: 'greet', payload: { to: id }, trigger, ...more });

describe('jobs in local mode', () => {
  it('are those that the code declares', async () => {
    const { items } = await jobs.list({ limit: 10 });
    expect(items).toMatchObject([
      { id: 'hourly', state: 'active', nextFireAt: new Date('2026-03-02T13:00:00.000Z') },
      { id: 'often', state: 'active', nextFireAt: new Date('2026-03-02T12:00:01.000Z') },
    ]);
  });

  it('can be made at run time, on any trigger, and fire in the step that advances the clock', async () => {
    await jobs.add(greeting('soon', { type: 'interval', minutes: 10 }), 'api');
    await jobs.add(greeting('once', { type: 'date', at: '2026-03-02T12:05:00.000Z' }), 'api');
    await jobs.pause('often', { reason: null, until: null });
    vi.advanceTimersByTime(20 * 60_000);
    expect(calls).toEqual([{ to: 'once' }, { to: 'soon' }, { to: 'soon' }]);
    expect(await jobs.get('once')).toMatchObject({ state: 'finished', nextFireAt: null });
  });

  it('can wait for longer than a timer of the platform', async () => {
    await jobs.add(greeting('later', { type: 'date', at: '2026-06-02T12:00:00.000Z' }), 'api');
    app.get(SchedulerRegistry).deleteInterval('often');
    app.get(SchedulerRegistry).deleteCronJob('hourly');
    vi.advanceTimersByTime(92 * 86_400_000 - 1);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(calls).toEqual([{ to: 'later' }]);
  });

  it.each(['hourly', 'often'])('do not fire while they are paused: %s', async (id) => {
    await jobs.pause(id, { reason: 'lunch', until: null });
    vi.advanceTimersByTime(2 * 3_600_000);
    expect(calls).not.toContain(id);
    expect(await jobs.get(id)).toMatchObject({ state: 'paused', pauseReason: 'lunch' });
    await jobs.resume(id, 'skip');
    vi.advanceTimersByTime(3_600_000);
    expect(calls).toContain(id);
  });

  it('tell when code has stopped them, and go on when it starts them', async () => {
    const timer = app.get(SchedulerRegistry).getCronJob('hourly');
    void timer.stop();
    expect(await jobs.get('hourly')).toMatchObject({
      state: 'paused',
      pauseReason: 'stopped by code',
    });
    timer.start();
    expect(await jobs.get('hourly')).toMatchObject({ state: 'active', paused: false });
  });

  it('fire at the times that code gives them', async () => {
    const timer = app.get(SchedulerRegistry).getCronJob('hourly');
    timer.setTime(new CronTime('30 * * * *', 'UTC'));
    expect(await jobs.get('hourly')).toMatchObject({
      trigger: { expression: '30 * * * *' },
      nextFireAt: new Date('2026-03-02T12:30:00.000Z'),
    });
    vi.advanceTimersByTime(30 * 60_000);
    const { items } = await runs.list({ limit: 1, job: 'hourly' });
    expect(items).toMatchObject([{ fireAt: new Date('2026-03-02T12:30:00.000Z') }]);
  });

  it('are run by hand, with another payload, and say what asked for it', async () => {
    await jobs.add(greeting('soon', { type: 'interval', hours: 1 }), 'api');
    const run = await jobs.runNow('soon', { payload: { to: 'Ada' } });
    expect(run).toMatchObject({ cause: 'manual', state: 'succeeded' });
    expect(calls).toEqual([{ to: 'Ada' }]);
    const again = await runs.retry(run.id);
    expect(again).toMatchObject({ cause: 'retry', retryOf: run.id });
    expect(calls).toEqual([{ to: 'Ada' }, { to: 'Ada' }]);
  });

  it('run by fireOnTick are run by hand too', async () => {
    await app.get(SchedulerRegistry).getCronJob('hourly').fireOnTick();
    const { items } = await runs.list({ limit: 5, job: 'hourly' });
    expect(items).toMatchObject([{ cause: 'manual', state: 'succeeded' }]);
  });

  it('are gone when they are removed, and their runs stay', async () => {
    await jobs.add(greeting('soon', { type: 'interval', hours: 1 }), 'api');
    await jobs.runNow('soon', {});
    await jobs.remove('soon');
    expect(await jobs.get('soon')).toBeNull();
    expect(app.get(SchedulerRegistry).doesExist('cron', 'soon')).toBe(false);
    expect((await runs.list({ limit: 5, job: 'soon' })).items).toHaveLength(1);
    await expect(jobs.pause('soon', { reason: null, until: null })).rejects.toThrow('no job');
    await expect(jobs.remove('hourly')).rejects.toThrow('is declared by code');
  });

  it('have ids of their own', async () => {
    const soon = greeting('soon', { type: 'interval', hours: 1 });
    await jobs.add(soon, 'api');
    await expect(jobs.add(soon, 'api')).rejects.toThrow('already exists');
    expect((await jobs.add(soon, 'api', 'keep')).created).toBe(false);
    expect((await jobs.add(soon, 'api', 'replace')).created).toBe(false);
    expect(await jobs.removeAll()).toBe(1);
  });

  it('are shown page by page', async () => {
    const first = await jobs.list({ limit: 1 });
    expect(first.items.map(({ id }) => id)).toEqual(['hourly']);
    const cursor = first.nextCursor ?? '';
    const second = await jobs.list({ limit: 1, cursor });
    expect(second.items.map(({ id }) => id)).toEqual(['often']);
    expect(second.nextCursor).toBeNull();
  });

  it('all stop with the whole process, and go on with it', async () => {
    const cluster = app.get(ClusterStore, { strict: false });
    await cluster.pause('release');
    expect(await cluster.state()).toMatchObject({ paused: true, pauseReason: 'release' });
    vi.advanceTimersByTime(3_500);
    expect(calls).toEqual([]);
    await cluster.resume();
    vi.advanceTimersByTime(500);
    expect(calls).toEqual(['often']);
    const { items } = await runs.list({ limit: 5, job: 'often' });
    expect(items).toMatchObject([{ state: 'succeeded' }, { reason: 'paused', coversCount: 3 }]);
  });

  it.each([
    [
      'a change inside a transaction',
      () => () => jobs.remove('often', { manager: { query: vi.fn() } }),
    ],
    [
      'a transactional job',
      () => () =>
        jobs.add(greeting('t', { type: 'interval', hours: 1 }, { transactional: true }), 'api'),
    ],
    ['a transactional job', () => () => jobs.modify('often', { transactional: true })],
    [
      'a change inside a transaction',
      () => () => runs.cancel('1', { manager: { query: vi.fn() } }),
    ],
    [
      'giving the lead to another node',
      () => () => app.get(ClusterStore, { strict: false }).resign(),
    ],
    ['draining a node', () => () => app.get(ClusterStore, { strict: false }).drain('one', true)],
  ])('are refused what needs a database, by name: %s', async (what, call) => {
    const refused = async () => (call() as () => Promise<unknown>)();
    await expect(refused()).rejects.toThrow(
      new RegExp(`^${what} is not possible with store "memory"`, 'i'),
    );
  });
});
