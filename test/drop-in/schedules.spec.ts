/** Several schedules for one method, and runs at a start as well. */
import { Cron, Interval } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Schedule, Task, TaskOptions, TasksService } from '../../src/tasks/index.js';
import { TasksTesting, TasksTestingModule } from '../../src/tasks/testing/index.js';
import { OURS, type Host } from './worlds.js';

const calls: string[] = [];
let host: Host | null = null;

afterEach(async () => {
  await host?.close();
  host = null;
  calls.length = 0;
});

interface Kind {
  readonly kind: string;
}

class Reports {
  @Schedule('0 * * * * *', { name: 'short', payload: { kind: 'short' } })
  @Schedule(
    { type: 'interval', seconds: 40 },
    { name: 'full', payload: { kind: 'full' }, tags: ['slow'], priority: 9 },
  )
  @TaskOptions({ tags: ['reports'], priority: 3 })
  write({ kind }: Kind): void {
    calls.push(kind);
  }
}

describe.each(OURS)('in $title', (world) => {
  const jobs = async () => (await host!.app.get(TasksService).getJobs()).items;

  it('each schedule of a method is a job with a payload, policies and a plan of its own', async () => {
    host = await world.start({ providers: [Reports] });
    await host.advance(120_000);
    expect(calls.toSorted()).toEqual(['full', 'full', 'full', 'short', 'short']);
    expect(await jobs()).toMatchObject([
      { id: 'full', task: 'Reports.write', origin: 'declared', tags: ['slow'], priority: 9 },
      { id: 'short', task: 'Reports.write', origin: 'declared', tags: ['reports'], priority: 3 },
    ]);
  });

  it('a single schedule bears the name of its method or task', async () => {
    class Mails {
      @Schedule({ type: 'interval', seconds: 1 })
      @Task('send-mails')
      send(): void {}

      @Schedule('0 9 * * *')
      sweep(): void {}
    }
    host = await world.start({ providers: [Mails] });
    expect((await jobs()).map(({ id }) => id)).toEqual(['Mails.sweep', 'send-mails']);
  });

  it('stands beside a stock decorator, which keeps the name', async () => {
    class Both {
      @Cron('0 0 * * *', { name: 'nightly' })
      @Schedule({ type: 'interval', seconds: 30 }, { name: 'often' })
      work(): void {
        calls.push('work');
      }
    }
    host = await world.start({ providers: [Both] });
    expect((await jobs()).map(({ id, task }) => [id, task])).toEqual([
      ['nightly', 'nightly'],
      ['often', 'nightly'],
    ]);
    await host.advance(60_000);
    expect(calls).toEqual(['work', 'work']);
  });

  it.each([
    [[['0 9 * * *'], ['0 10 * * *']], /@Schedule of Bad\.work.*\/name is missing/],
    [[['61 * * * *']], /@Schedule of Bad\.work.*\/trigger\/expression/],
    [[['0 9 * * *', { priority: 'high' }]], /@Schedule of Bad\.work.*\/priority/],
  ])('is refused by the name of its method: %j', async (written, message) => {
    class Bad {
      work(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Bad.prototype, 'work')!;
    for (const [trigger, options] of written)
      Schedule(trigger as string, options as object)(Bad.prototype, 'work', descriptor);
    await expect(world.start({ providers: [Bad] })).rejects.toThrow(message);
  });

  it('two methods cannot have one id', async () => {
    class Twice {
      @Schedule('0 9 * * *', { name: 'same' })
      one(): void {}

      @Schedule('0 9 * * *', { name: 'same' })
      other(): void {}
    }
    await expect(world.start({ providers: [Twice] })).rejects.toThrow(
      'share the job id "same": Twice.one and Twice.other',
    );
  });

  it('several instances of a class have schedules of their own', async () => {
    const pollers = ['eu', 'us'].map((provide) => ({ provide, useFactory: () => new Reports() }));
    host = await world.start({ providers: pollers });
    expect((await jobs()).map(({ id, task }) => `${id} of ${task}`)).toEqual([
      'full[eu] of Reports.write[eu]',
      'full[us] of Reports.write[us]',
      'short[eu] of Reports.write[eu]',
      'short[us] of Reports.write[us]',
    ]);
  });

  it('a job runs at the start as well if it is to, of the node or of the cluster', async () => {
    class Caches {
      @Interval('warm', 60_000)
      @TaskOptions({ runAtStart: 'node' })
      warm(): void {
        calls.push('warm');
      }

      @Schedule('0 0 1 1 *', { name: 'index', runAtStart: 'cluster' })
      index(): void {
        calls.push('index');
      }
    }
    host = await world.start({ providers: [Caches] });
    await host.advance(1_000);
    expect(calls.toSorted()).toEqual(['index', 'warm']);
    const runs = await host.app.get(TasksService).getRuns({});
    expect(runs.items.map(({ jobId }) => jobId).toSorted()).toEqual(['index@start', 'warm']);
  });
});

describe('in a cluster of several nodes', () => {
  class Caches {
    @Interval('warm', 3_600_000)
    @TaskOptions({ runAtStart: 'node' })
    warm(): void {
      calls.push('warm');
    }

    @Interval('index', 3_600_000)
    @TaskOptions({ runAtStart: 'cluster' })
    index(): void {
      calls.push('index');
    }
  }
  let apps: TestingModule[] = [];

  afterEach(async () => {
    for (const app of apps) await app.close();
    apps = [];
  });

  it('what runs at a start of the cluster runs once, at one of a node once for each', async () => {
    let shared = {};
    for (let n = 0; n < 3; n++) {
      const app = await Test.createTestingModule({
        imports: [TasksTestingModule.forRoot(shared)],
        providers: [Caches],
      }).compile();
      apps.push(await app.init());
      const { database, clock } = app.get(TasksTesting);
      shared = { database, clock };
      await apps[0]!.get(TasksTesting).advance('5s');
    }
    expect(calls.toSorted()).toEqual(['index', 'warm', 'warm', 'warm']);
  });
});
