/** What a process without a database can do as a cluster does, on the same store. */
import { Injectable } from '@nestjs/common';
import { Cron, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { CronTime } from 'cron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Task,
  TaskContext,
  TasksModule,
  TasksService,
  type NewJobInput,
} from '../../src/tasks/index.js';
import { ChangeFeed } from '../../src/tasks/store/change-feed.js';

const NOON = '2026-03-02T12:00:00.000Z';
const MINUTE_MS = 60_000;

const calls: string[] = [];

@Injectable()
class Work {
  @Cron('0 * * * *', { name: 'hourly', timeZone: 'UTC' })
  hourly(): void {
    calls.push('hourly');
  }

  @Interval('often', 10_000)
  often(): void {
    calls.push('often');
  }

  @Timeout('once', 30_000)
  once(): void {
    calls.push('once');
  }

  @Task('greet')
  greet(payload: unknown, { logger, progress }: TaskContext): void {
    logger.log(`greeting ${String(payload)}`);
    progress(50, 'half');
    calls.push(`greet ${String(payload)}`);
  }

  @Task('slow', { concurrency: 1 })
  slow(): Promise<void> {
    calls.push('slow');
    return new Promise((resolve) => setTimeout(resolve, MINUTE_MS));
  }
}

const CONFIGURED = {
  id: 'daily',
  task: 'greet',
  payload: 'Cy',
  trigger: { type: 'cron', expression: '0 13 * * *', timeZone: 'UTC' },
} as const;

let app: TestingModule;
let tasks: TasksService;

beforeEach(async () => {
  calls.length = 0;
  vi.useFakeTimers({ now: new Date(NOON) });
  app = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ store: 'memory', jobs: [CONFIGURED] })],
    providers: [Work],
  }).compile();
  app.useLogger(false);
  await app.init();
  tasks = app.get(TasksService);
});

afterEach(async () => {
  await app.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const greeting = (more: Partial<NewJobInput> = {}): NewJobInput => ({
  id: 'ada',
  task: 'greet',
  payload: 'Ada',
  trigger: { type: 'interval', hours: 1 },
  ...more,
});

const callsOf = (name: string) => calls.filter((call) => call.startsWith(name)).length;
const later = (ms: number) => new Date(Date.now() + ms);

describe('a job that gets another trigger', () => {
  it('fires by it: one that was made at run time', async () => {
    await tasks.addJob(greeting());
    await tasks.rescheduleJob('ada', { type: 'interval', minutes: 1 });
    vi.advanceTimersByTime(3 * MINUTE_MS);
    expect(callsOf('greet')).toBe(3);
  });

  it('fires by it: one of `@Cron`, until it is reset', async () => {
    await tasks.modifyJob('hourly', { trigger: { type: 'interval', minutes: 1 } });
    vi.advanceTimersByTime(3 * MINUTE_MS);
    expect(callsOf('hourly')).toBe(3);
    const job = await tasks.resetJob('hourly');
    expect(job).toMatchObject({ overridden: [], trigger: { expression: '0 * * * *' } });
    vi.advanceTimersByTime(57 * MINUTE_MS);
    expect(callsOf('hourly')).toBe(4);
  });

  it.each(['often', 'once'])('fires by it: one with a handle, whose timer ends: %s', async (id) => {
    const trigger = { type: 'cron', expression: '* * * * *', timeZone: 'UTC' } as const;
    await tasks.modifyJob(id, { trigger });
    vi.advanceTimersByTime(3 * MINUTE_MS);
    expect(callsOf(id)).toBe(3);
    expect(app.get(SchedulerRegistry).getCronJob(id).isActive).toBe(true);
    const { items } = await tasks.getRuns({ job: id });
    expect(items.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  it('does not fire before it is resumed, if it was paused', async () => {
    await tasks.pauseJob('hourly');
    await tasks.rescheduleJob('hourly', { type: 'interval', minutes: 1 });
    vi.advanceTimersByTime(3 * MINUTE_MS);
    expect(callsOf('hourly')).toBe(0);
    await tasks.resumeJob('hourly');
    vi.advanceTimersByTime(3 * MINUTE_MS);
    expect(callsOf('hourly')).toBe(3);
  });

  it('is refused one that never fires', async () => {
    const past = { type: 'date', at: '2020-01-01T00:00:00.000Z' } as const;
    await expect(tasks.rescheduleJob('hourly', past)).rejects.toThrow('has no fire time');
  });
});

describe('a pause', () => {
  it('ends by itself, at its instant, and tells what was missed', async () => {
    await tasks.pauseJob('often', { until: later(25_000) });
    vi.advanceTimersByTime(24_999);
    expect(calls).toEqual([]);
    expect((await tasks.getJob('often')).state).toBe('paused');
    vi.advanceTimersByTime(1);
    expect((await tasks.getJob('often')).state).toBe('active');
    vi.advanceTimersByTime(5_000);
    expect(callsOf('often')).toBe(1);
    const { items } = await tasks.getRuns({ job: 'often' });
    expect(items).toMatchObject([{ state: 'succeeded' }, { reason: 'paused', coversCount: 2 }]);
  });

  it('that ends at a fire time lets it run, once', async () => {
    await tasks.pauseJob('often', { until: later(20_000) });
    vi.advanceTimersByTime(29_999);
    expect(callsOf('often')).toBe(1);
  });

  it('is made up for where somebody wants that', async () => {
    await tasks.pauseJob('often');
    vi.advanceTimersByTime(25_000);
    await tasks.resumeJob('often', 'once');
    expect(callsOf('often')).toBe(1);
    vi.advanceTimersByTime(5_000);
    expect(callsOf('often')).toBe(2);
  });

  it('of all jobs lets a timeout pass that rings meanwhile, which is on record', async () => {
    await tasks.pause('release');
    vi.advanceTimersByTime(MINUTE_MS);
    await tasks.resume();
    const { items } = await tasks.getRuns({ job: 'once' });
    expect(items).toMatchObject([{ state: 'skipped', reason: 'paused' }]);
    expect(await tasks.getJob('once')).toMatchObject({ state: 'finished' });
  });
});

describe('a request with a key', () => {
  it('makes one run however often it is asked', async () => {
    await tasks.addJob(greeting());
    const ask = { idempotencyKey: 'k1' };
    const first = await tasks.runJob('ada', ask);
    expect((await tasks.runJob('ada', ask)).id).toBe(first.id);
    expect(callsOf('greet')).toBe(1);
    await expect(tasks.runJob('ada', { ...ask, payload: 'Bob' })).rejects.toThrow(
      'Choose a new key',
    );
  });

  it('makes one job however often it is asked', async () => {
    const by = { idempotencyKey: 'k1' };
    await tasks.addJob(greeting(), by);
    expect((await tasks.addJob(greeting(), by)).id).toBe('ada');
    await expect(tasks.addJob(greeting({ id: 'bob' }), by)).rejects.toThrow('Choose a new key');
  });
});

describe('a backfill', () => {
  it('runs fire times of the past at once, one after the other', async () => {
    vi.advanceTimersByTime(30_000);
    calls.length = 0;
    const range = { from: new Date(NOON), to: later(0) };
    const { fireTimes, backfillId } = await tasks.backfill('often', range);
    expect(fireTimes).toHaveLength(3);
    expect(callsOf('often')).toBe(3);
    const { items } = await tasks.getRuns({ job: 'often', cause: 'backfill' });
    expect(items.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(items.every((run) => run.backfillId === backfillId)).toBe(true);
  });
});

describe('what is told of a run', () => {
  it('is kept with it: its lines and how far it came', async () => {
    await tasks.addJob(greeting());
    const { id } = await tasks.runJob('ada');
    expect(await tasks.getLines(id)).toMatchObject([{ level: 'info', message: 'greeting Ada' }]);
    expect(await tasks.getRun(id)).toMatchObject({ progress: { percent: 50, note: 'half' } });
  });
});

describe('the audit', () => {
  it('says who changed what', async () => {
    await tasks.addJob(greeting(), { actor: 'Ada' });
    await tasks.pauseJob('ada', { reason: 'lunch' }, { actor: 'Bob' });
    void app.get(SchedulerRegistry).getCronJob('hourly').stop();
    const { items } = await tasks.getAudit();
    expect(items.map(({ action, jobId, actor }) => [action, jobId, actor])).toEqual([
      ['job.pause', 'hourly', 'code'],
      ['job.pause', 'ada', 'Bob'],
      ['job.add', 'ada', 'Ada'],
    ]);
  });
});

describe('a job', () => {
  it('that is to be removed when it is done is gone after its last run', async () => {
    const trigger = { type: 'date', at: later(MINUTE_MS).toISOString() } as const;
    await tasks.addJob(greeting({ trigger, deleteWhenDone: true }));
    vi.advanceTimersByTime(MINUTE_MS);
    expect(callsOf('greet')).toBe(1);
    await expect(tasks.getJob('ada')).rejects.toThrow('no job');
    expect(app.get(SchedulerRegistry).doesExist('cron', 'ada')).toBe(false);
    const changes = await app.get(ChangeFeed, { strict: false }).since(later(-1), 10);
    expect(changes.changes.map(({ change }) => change)).toContainEqual(
      expect.objectContaining({ kind: 'job', jobId: 'ada', revision: null }),
    );
  });

  it('that an operator has paused is not started by code', async () => {
    await tasks.pauseJob('hourly', { reason: 'lunch' });
    app.get(SchedulerRegistry).getCronJob('hourly').start();
    expect(await tasks.getJob('hourly')).toMatchObject({ state: 'paused', pauseReason: 'lunch' });
  });

  it('whose trigger an operator has overridden keeps that, whatever code says', async () => {
    await tasks.modifyJob('hourly', { trigger: { type: 'interval', minutes: 1 } });
    const timer = app.get(SchedulerRegistry).getCronJob('hourly');
    timer.setTime(new CronTime('30 * * * *', 'UTC'));
    expect(await tasks.getJob('hourly')).toMatchObject({ trigger: { minutes: 1 } });
    vi.advanceTimersByTime(3 * MINUTE_MS);
    expect(callsOf('hourly')).toBe(3);
  });

  it('that code runs while it is at its limit is refused, and code is not troubled', async () => {
    await tasks.addJob(greeting({ id: 'slow', task: 'slow' }));
    await tasks.runJob('slow');
    await vi.advanceTimersByTimeAsync(0);
    await app.get(SchedulerRegistry).getCronJob('slow').fireOnTick();
    expect((await tasks.getRuns({ job: 'slow' })).items).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
  });

  it('keeps its count of runs and its ledger when it is replaced', async () => {
    await tasks.addJob(greeting({ maxRuns: 2, trigger: { type: 'interval', minutes: 1 } }));
    vi.advanceTimersByTime(MINUTE_MS);
    const again = greeting({ maxRuns: 2, trigger: { type: 'interval', minutes: 1 } });
    await tasks.addJob(again, { conflict: 'replace' });
    vi.advanceTimersByTime(10 * MINUTE_MS);
    expect(callsOf('greet')).toBe(2);
    expect((await tasks.getJob('ada')).state).toBe('finished');
  });
});

describe('a job of the configuration', () => {
  it('fires as one that the code declares', async () => {
    vi.advanceTimersByTime(60 * MINUTE_MS);
    expect(calls).toContain('greet Cy');
    expect(await tasks.getJob('daily')).toMatchObject({ origin: 'config', state: 'active' });
  });
});

describe('the limits of a task', () => {
  it('let runs wait, whatever their jobs allow', async () => {
    await tasks.addJob(greeting({ id: 'slow', task: 'slow', overlap: 'allow' }));
    await tasks.runJob('slow');
    expect((await tasks.runJob('slow')).state).toBe('pending');
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(callsOf('slow')).toBe(2);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
  });
});
