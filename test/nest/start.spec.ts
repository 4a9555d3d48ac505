import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { AppLogger } from '../../src/app-logger.js';
import { startWords } from '../../src/start-words.js';
import { TasksHealthModule, TasksHttpModule } from '../../src/tasks/http/index.js';
import { NodeStatus, Task, TasksService } from '../../src/tasks/index.js';
import { TasksTesting } from '../../src/tasks/testing/tasks-testing.js';
import { TasksTestingModule } from '../../src/tasks/testing/tasks-testing.module.js';

@Injectable()
class Jobs {
  @Task('report')
  report() {}
}

/** A log that keeps its lines, with the level of each. */
class KeptLog extends AppLogger {
  readonly lines: string[] = [];

  protected override printMessages(messages: unknown[], context = '', level = 'log'): void {
    for (const message of messages) this.lines.push(`${level} ${context}: ${String(message)}`);
  }
}

describe('the start of a node', () => {
  it('waits until what it was told to wait for has come', async () => {
    let come: () => void = () => undefined;
    const beginsAfter = new Promise<void>((resolve) => (come = resolve));
    const imports = [TasksTestingModule.forRoot({ beginsAfter })];
    const app = await Test.createTestingModule({ imports, providers: [Jobs] }).compile();
    await app.init();
    await app.get(TasksTesting).clock.advance(60_000);
    expect(app.get(NodeStatus)).toMatchObject({ running: false, notReady: 'starting' });
    come();
    await app.get(TasksTesting).ready();
    expect(app.get(NodeStatus).running).toBe(true);
    await app.close();
  });

  it('can be given up while it waits', async () => {
    const imports = [TasksTestingModule.forRoot({ beginsAfter: new Promise(() => undefined) })];
    const app = await Test.createTestingModule({ imports, providers: [Jobs] }).compile();
    await app.init();
    await app.close();
    expect(app.get(NodeStatus).running).toBe(false);
  });

  it('says in the end how many jobs there are, and which fires next', async () => {
    const imports = [TasksTestingModule.forRoot({ now: '2026-03-02T12:00:00Z' })];
    const app = await Test.createTestingModule({ imports, providers: [Jobs] }).compile();
    await app.init();
    await app.get(TasksTesting).ready();
    const tasks = app.get(TasksService);
    expect(await startWords(tasks)).toBe('0 jobs; none of them fires by itself.');
    const trigger = (expression: string) =>
      ({ type: 'cron', expression, timeZone: 'UTC' }) as const;
    await tasks.addJob({ id: 'late', task: 'report', trigger: trigger('0 18 * * *') });
    expect(await startWords(tasks)).toBe('1 job; next: late at 2026-03-02T18:00:00.000Z.');
    await tasks.addJob({ id: 'soon', task: 'report', trigger: trigger('0 13 * * *') });
    await tasks.pauseJob('late');
    expect(await startWords(tasks)).toBe(
      '2 jobs, 1 of them active; next: soon at 2026-03-02T13:00:00.000Z.',
    );
    await app.close();
  });
});

describe('the log of a start', () => {
  it.each(['info', 'debug'] as const)(
    'lists routes at debug only, and now it is at %s',
    async (level) => {
      @Module({
        imports: [
          TasksTestingModule.forRoot(),
          TasksHealthModule,
          TasksHttpModule.forRoot({ host: '127.0.0.1', production: false }),
        ],
      })
      class Host {}
      const logger = new KeptLog({ format: 'text', level });
      const app = await NestFactory.create(Host, { logger });
      await app.init();
      await app.close();
      const mapped = logger.lines.filter((line) => line.includes('Mapped {'));
      expect(mapped.filter((line) => !line.startsWith('debug RouterExplorer'))).toEqual([]);
      // One for each route, and none for the methods that a path does not take.
      expect(mapped.length).toBeLessThan(80);
      expect(mapped.length > 0).toBe(level === 'debug');
    },
  );
});
