import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clock } from '../../src/tasks/domain/clock.js';
import { TaskOptions } from '../../src/tasks/registry/task.decorator.js';
import { TasksModule } from '../../src/tasks/tasks.module.js';
import type { Role } from '../../src/tasks/tasks.options.js';
import { TasksService } from '../../src/tasks/service/tasks.service.js';
import { FakeClock } from '../../src/tasks/testing/fake-clock.js';

@Injectable()
class Cache {
  refreshed = 0;

  @Interval('refresh-cache', 5_000)
  @TaskOptions({ scope: 'node' })
  refresh(): void {
    this.refreshed++;
  }
}

let clock: FakeClock;

/** An application whose database is away for good. */
async function anApplication(roles: readonly Role[]) {
  const databaseUrl = 'postgres://nobody@127.0.0.1:1/none';
  const module = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ databaseUrl, roles })],
    providers: [Cache],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  module.useLogger(false);
  await module.init();
  return module;
}

beforeEach(() => {
  clock = new FakeClock();
  vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  vi.spyOn(Logger.prototype, 'log').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a method of scope node', () => {
  it('is called on a worker while the database is away, and no more once that has closed', async () => {
    const app = await anApplication(['worker']);
    const heard: string[] = [];
    app.get(TasksService).on('*', ({ name }) => heard.push(name));
    await clock.advance(10_000);
    expect(app.get(Cache).refreshed).toBe(2);
    expect(heard.slice(0, 2)).toEqual(['node-task.started', 'node-task.ended']);
    await app.close();
    await clock.advance(10_000);
    expect(app.get(Cache).refreshed).toBe(2);
    expect(heard.slice(-2)).toEqual(['node.stopping', 'node.stopped']);
  });

  it('is not called on a node that is no worker', async () => {
    const app = await anApplication(['scheduler', 'api']);
    await clock.advance(10_000);
    expect(app.get(Cache).refreshed).toBe(0);
    await app.close();
  });

  it('lets observables of events end with the application', async () => {
    const app = await anApplication(['worker']);
    let isComplete = false;
    app
      .get(TasksService)
      .events()
      .subscribe({ complete: () => (isComplete = true) });
    await app.close();
    expect(isComplete).toBe(true);
  });
});
