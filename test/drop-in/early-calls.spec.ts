/** Calls that come while the host is still being made. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { TasksModule, TasksService } from '../../src/tasks/index.js';
import { OURS, type Host } from './worlds.js';

const calls: string[] = [];
let host: Host | null = null;

afterEach(async () => {
  await host?.close();
  host = null;
  calls.length = 0;
});

class Early {
  @Interval('early', 1_000)
  early(): void {
    calls.push('early');
  }
}

@Injectable()
class Late {
  constructor(@Inject('made') readonly made: unknown) {}

  @Interval('late', 1_000)
  late(): void {
    calls.push('late');
  }
}

describe.each(OURS)('in $title', (world) => {
  it('a call in a factory comes too early for its tasks, and leaves nothing out', async () => {
    const made = {
      provide: 'made',
      inject: [TasksService, Early],
      useFactory: async (tasks: TasksService) => {
        const trigger = { type: 'date', at: '2090-01-01T00:00:00Z' } as const;
        return tasks
          .addJob({ id: 'mine', task: 'early', trigger })
          .catch(({ code }) => code as string);
      },
    };
    host = await world.start({ providers: [Early, made, Late] });
    expect(host.app.get(Late).made).toBe('unknown-task');
    await host.advance(1_000);
    expect(calls.toSorted()).toEqual(['early', 'late']);
    const { items } = await host.app.get(TasksService).getJobs();
    expect(items.map(({ id }) => id)).toEqual(['early', 'late']);
  });
});

it('a process without the role worker makes jobs for the tasks of its code', async () => {
  host = await OURS[1]!.start({ providers: [Early] }, { roles: ['scheduler', 'api'] });
  const trigger = { type: 'date', at: '2090-01-01T00:00:00Z' } as const;
  const job = await host.app.get(TasksService).addJob({ id: 'mine', task: 'early', trigger });
  expect(job.state).toBe('active');
});

it('a hook cannot wait for the node, which waits for the hook: it hears so', async () => {
  @Injectable()
  class Waiting implements OnModuleInit {
    constructor(@Inject(TasksService) private readonly tasks: TasksService) {}

    onModuleInit(): Promise<void> {
      return this.tasks.ready();
    }
  }
  const made = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ store: 'memory', startTimeoutMs: 50 })],
    providers: [Waiting],
  }).compile();
  await expect(made.init()).rejects.toThrow(
    /has not begun within 50 ms.*do not await ready\(\) in one/,
  );
  await made.close();
});
