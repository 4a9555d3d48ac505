import { Injectable, Logger, type Provider } from '@nestjs/common';
import { Cron, Interval, Timeout } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ClusterNode } from '../../src/tasks/node/cluster-node.js';
import { TasksService } from '../../src/tasks/service/tasks.service.js';
import { durationMs } from '../../src/tasks/testing/duration.js';
import { MemoryClusterNode } from '../../src/tasks/testing/memory-cluster-node.js';
import { TasksTesting } from '../../src/tasks/testing/tasks-testing.js';
import { TasksTestingModule } from '../../src/tasks/testing/tasks-testing.module.js';

let app: TestingModule;
let tasks: TasksTesting;

async function start(now: string, ...providers: Provider[]): Promise<void> {
  const imports = [TasksTestingModule.forRoot({ now })];
  app = await Test.createTestingModule({ imports, providers }).compile();
  await app.init();
  tasks = app.get(TasksTesting);
}

afterEach(async () => {
  await app.close();
  vi.restoreAllMocks();
});

describe('a test’s own time', () => {
  it('fires a cluster’s jobs when it is told to pass', async () => {
    const seen: string[] = [];
    @Injectable()
    class Jobs {
      @Cron('0 9 * * *', { name: 'daily', timeZone: 'UTC' })
      async daily(): Promise<void> {
        await Promise.resolve();
        seen.push(tasks.clock.now().toISOString());
      }

      @Interval('often', 10 * 3_600_000)
      often(): void {}

      @Timeout('once', 60_000)
      once(): void {}
    }
    await start('2026-03-02T08:00:00.000Z', Jobs);
    const runs = await tasks.advance('25h 30m');
    expect(seen.map((at) => at.slice(0, 16))).toEqual(['2026-03-02T09:00', '2026-03-03T09:00']);
    expect(runs.map(({ jobId, state }) => `${jobId} ${state}`)).toEqual([
      'once succeeded',
      'daily succeeded',
      'often succeeded',
      'often succeeded',
      'daily succeeded',
    ]);
    expect(tasks.clock.now().getTime()).toBeGreaterThanOrEqual(Date.UTC(2026, 2, 3, 9, 30));
  });

  it('says nothing about the signals of its process, which those of a cluster must hear', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await start('2026-03-02T08:00:00.000Z');
    await tasks.ready();
    expect(warn).not.toHaveBeenCalled();
    await app.close();

    vi.spyOn(MemoryClusterNode.prototype, 'begin').mockResolvedValue();
    const module = Test.createTestingModule({ imports: [TasksTestingModule.forRoot()] });
    app = await module.compile();
    Object.assign(app.get(ClusterNode), { ownsProcess: true });
    await app.init();
    await vi.waitFor(() =>
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('does not listen for SIGTERM')),
    );
  });

  it('goes to whatever is due next', async () => {
    @Injectable()
    class Jobs {
      @Cron('0 0 1 1 *', { name: 'yearly', timeZone: 'UTC' })
      yearly(): void {}
    }
    await start('2026-03-02T08:00:00.000Z', Jobs);
    const [run] = await tasks.runDue();
    expect(run).toMatchObject({ jobId: 'yearly', fireAt: new Date('2027-01-01T00:00:00.000Z') });
  });

  it('lets what is asked for by hand run at once', async () => {
    @Injectable()
    class Jobs {
      @Cron('0 0 1 1 *', { name: 'yearly', timeZone: 'UTC' })
      yearly(): string {
        return 'done';
      }
    }
    await start('2026-03-02T08:00:00.000Z', Jobs);
    await tasks.ready();
    await app.get(TasksService).runJob('yearly');
    const [run] = await tasks.advance(0);
    expect(run).toMatchObject({ cause: 'manual', state: 'succeeded', result: 'done' });
  });
});

describe('twelve months', () => {
  it.each([
    ['0 3 * * *', 'Europe/Berlin'],
    ['30 2 * * *', 'America/New_York'],
  ])('have one run a day: %s in %s', async (expression, timeZone) => {
    @Injectable()
    class Jobs {
      @Cron(expression, { name: 'daily', timeZone })
      daily(): void {}
    }
    await start('2026-01-01T12:00:00.000Z', Jobs);
    const runs = await tasks.advance('365d');
    const day = new Intl.DateTimeFormat('sv', { timeZone });
    const days = runs.map(({ fireAt }) => day.format(fireAt));
    expect(runs.every(({ state }) => state === 'succeeded')).toBe(true);
    expect(days).toHaveLength(365);
    expect(new Set(days).size).toBe(365);
    expect(days[0]).toBe('2026-01-02');
    expect(days.at(-1)).toBe('2027-01-01');
  });
});

describe('a time span', () => {
  it.each([
    ['25h', 90_000_000],
    ['1d 12h', 129_600_000],
    ['1.5s', 1_500],
    [250, 250],
  ])('is read as it is written: %s', (written, ms) => {
    expect(durationMs(written)).toBe(ms);
  });

  it('is refused when nobody can read it', () => {
    expect(() => durationMs('a while')).toThrow('"a while" is no time span. Write it like "25h"');
  });
});
