/** What a test asks of runs, and what it is told when it asks for what is not there. */
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskOptions, TasksService } from '../../src/tasks/index.js';
import { TasksTesting, TasksTestingModule } from '../../src/tasks/testing/index.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

@Injectable()
class Jobs {
  failing = false;

  @Cron('0 9 * * *', { name: 'daily', timeZone: 'UTC' })
  @TaskOptions({ misfireGraceMs: 3_600_000 })
  daily(): string {
    if (this.failing) throw new Error('no paper');
    return 'printed';
  }

  @Cron('0 0 1 1 *', { name: 'yearly', timeZone: 'UTC' })
  yearly(): void {}
}

let app: TestingModule;
let tasks: TasksTesting;

beforeEach(async () => {
  const imports = [TasksTestingModule.forRoot({ now: '2026-03-02T08:00:00Z' })];
  app = await Test.createTestingModule({ imports, providers: [Jobs] }).compile();
  tasks = app.get(TasksTesting);
});

afterEach(() => app.close());

const states = (jobId: string) => tasks.runsOf(jobId).map(({ state }) => state);

describe('a test', () => {
  beforeEach(() => app.init());

  it('moves time to an instant, and sees what ran', async () => {
    const runs = await tasks.setTime('2026-03-04T10:00:00+01:00');
    expect(runs.map(({ jobId }) => jobId)).toEqual(['daily', 'daily', 'daily']);
    expect(tasks.clock.now()).toEqual(new Date('2026-03-04T09:00:00Z'));
    expect(tasks.lastRun('daily')).toMatchObject({
      state: 'succeeded',
      result: 'printed',
      fireAt: new Date('2026-03-04T09:00:00Z'),
    });
  });

  it('sees all runs of a job, each with its error', async () => {
    await tasks.advance('1d');
    app.get(Jobs).failing = true;
    await tasks.advance('1d');
    expect(states('daily')).toEqual(['succeeded', 'failed']);
    expect(tasks.lastRun('daily').error?.message).toBe('no paper');
    expect(states('yearly')).toEqual([]);
  });

  it('sees what did not run, and why', async () => {
    await tasks.ready();
    await app.get(TasksService).pauseJob('daily');
    await tasks.advance('2d');
    await app.get(TasksService).resumeJob('daily');
    await tasks.advance(0);
    expect(tasks.lastRun('daily')).toMatchObject({ state: 'skipped', reason: 'paused' });
  });

  it('runs a job at once', async () => {
    expect(await tasks.runNow('yearly')).toMatchObject({ state: 'succeeded', cause: 'manual' });
    expect(tasks.clock.now()).toEqual(new Date('2026-03-02T08:00:00Z'));
    await expect(tasks.runNow('dayly')).rejects.toThrow('There is no job "dayly".');
  });

  it('still sees runs of a job that is gone', async () => {
    const service = app.get(TasksService);
    const trigger = { type: 'date', at: '2026-03-02T08:30:00Z' } as const;
    await tasks.ready();
    await service.addJob({ id: 'once', task: 'yearly', trigger, deleteWhenDone: true });
    await tasks.advance('1h');
    expect(states('once')).toEqual(['succeeded']);
  });
});

describe('a test that is wrong is told', () => {
  it('which jobs there are', async () => {
    expect(() => tasks.runsOf('daily')).toThrow('There are none: has app.init() been called');
    await app.init();
    await tasks.ready();
    expect(() => tasks.runsOf('dayly')).toThrow(
      'no job "dayly", and no run of it. There are daily, yearly.',
    );
  });

  it('when a job fires that has not', async () => {
    await app.init();
    await tasks.ready();
    expect(() => tasks.lastRun('daily')).toThrow(
      "It is 2026-03-02T08:00:00.000Z. It fires next at 2026-03-02T09:00:00.000Z: use advance(), runDue() or setTime('2026-03-02T09:00:00.000Z').",
    );
    await app.get(TasksService).pauseJob('daily');
    expect(() => tasks.lastRun('daily')).toThrow('The job is paused');
  });

  it('that time goes on only', async () => {
    await app.init();
    await expect(tasks.setTime('2026-03-02T07:00:00Z')).rejects.toThrow(
      'does not go back to 2026-03-02T07:00:00.000Z. Let the test begin earlier',
    );
    await expect(tasks.advance(-1)).rejects.toThrow('it only goes on');
  });

  it.each(['tomorrow', '2026-03-02T09:00:00', '2026-13-02T09:00:00Z'])(
    'that %s is no instant',
    async (text) => {
      await expect(tasks.setTime(text)).rejects.toThrow(`"${text}" is no instant.`);
    },
  );
});
