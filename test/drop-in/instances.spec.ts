/** A host's classes may have several instances, and its methods parameters of their own. */
import { Inject, Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { afterEach, describe, expect, it } from 'vitest';
import { Task, TaskOptions, TasksService } from '../../src/tasks/index.js';
import { OURS, WORLDS, type Host } from './worlds.js';

const EVERY_SECOND = '* * * * * *';
const calls: string[] = [];
let host: Host | null = null;

afterEach(async () => {
  await host?.close();
  host = null;
  calls.length = 0;
});

class Poller {
  constructor(readonly region: string) {}

  @Cron(EVERY_SECOND)
  tick(): void {
    calls.push(this.region);
  }
}

const pollers: Provider[] = ['eu', 'us'].map((region) => ({
  provide: region,
  useFactory: () => new Poller(region),
}));

@Injectable()
class TasksOfBilling {
  @Interval(1_000)
  handle(): void {
    calls.push('billing');
  }
}
@Injectable()
class TasksOfMail {
  @Interval(1_000)
  handle(): void {
    calls.push('mail');
  }
}
// As in two files of one host.
for (const type of [TasksOfBilling, TasksOfMail])
  Object.defineProperty(type, 'name', { value: 'HandleService' });

@Module({ providers: [TasksOfBilling] })
class BillingModule {}
@Module({ providers: [TasksOfMail] })
class MailModule {}

@Injectable()
class Cleaner {
  @Interval(1_000)
  clean(limit = 100, force = false, ...rest: unknown[]): void {
    calls.push(`${limit} ${force} ${rest.length}`);
  }
}

describe.each(WORLDS)('in $title', ({ start }) => {
  it('each instance of a class runs that is provided under several tokens', async () => {
    host = await start({ providers: pollers });
    await host.advance(1_000);
    expect(calls.toSorted()).toEqual(['eu', 'us']);
  });

  it('two classes of one name run both', async () => {
    host = await start({ imports: [BillingModule, MailModule] });
    await host.advance(1_000);
    expect(calls.toSorted()).toEqual(['billing', 'mail']);
  });

  it('parameters that have defaults keep them', async () => {
    host = await start({ providers: [Cleaner] });
    await host.advance(1_000);
    expect(calls).toEqual(['100 false 0']);
  });
});

describe.each(OURS)('in $title', ({ start }) => {
  const ids = async () =>
    (await host!.app.get(TasksService).getJobs()).items.map(({ id }) => id).toSorted();

  it('the ids of several instances end in the token, or in the module', async () => {
    host = await start({ providers: pollers, imports: [BillingModule, MailModule] });
    expect(await ids()).toEqual([
      'HandleService.handle[BillingModule]',
      'HandleService.handle[MailModule]',
      'Poller.tick[eu]',
      'Poller.tick[us]',
    ]);
  });

  it('an alias, and a factory that gives the same instance, add nothing', async () => {
    const alias = { provide: 'alias', useExisting: TasksOfMail };
    const again = { provide: 'again', inject: [TasksOfMail], useFactory: (one: object) => one };
    host = await start({ providers: [TasksOfMail, alias, again] });
    expect(await ids()).toEqual(['HandleService.handle']);
  });

  it('a dynamic module that is imported twice is refused, with the remedies', async () => {
    const copy = () => ({ module: BillingModule });
    await expect(start({ imports: [copy(), copy()] })).rejects.toThrow(
      /HandleService\.handle.*2 instances.*BillingModule.*@TaskOptions\(\{ instance/s,
    );
  });

  it('what an instance says of itself tells it apart', async () => {
    class Region {
      constructor(readonly name: string) {}

      @Interval(1_000)
      @TaskOptions({ instance: ({ name }) => name })
      poll(): void {
        calls.push(this.name);
      }
    }
    @Module({})
    class RegionModule {}
    const copy = (name: string) => ({
      module: RegionModule,
      providers: [{ provide: 'region', useFactory: () => new Region(name) }],
    });
    host = await start({ imports: [copy('eu'), copy('us')] });
    expect(await ids()).toEqual(
      expect.arrayContaining(['Region.poll[eu]', 'Region.poll[us]']) as string[],
    );
    await host.advance(1_000);
    expect(calls).toEqual(expect.arrayContaining(['eu', 'us']) as string[]);
  });

  it('an instance that does not say what it is called is refused', async () => {
    @Injectable()
    class Silent {
      @Interval(1_000)
      @TaskOptions({ instance: () => '' })
      poll(): void {}
    }
    await expect(start({ providers: [Silent] })).rejects.toThrow('/instance gave no text');
  });

  it('providers that are made for each run are told apart by their modules', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      constructor(@Inject('place') private readonly place: string) {}

      @Interval(1_000)
      visit(): void {
        calls.push(this.place);
      }
    }
    @Module({ providers: [Tenant, { provide: 'place', useValue: 'north' }] })
    class North {}
    @Module({ providers: [Tenant, { provide: 'place', useValue: 'south' }] })
    class South {}
    host = await start({ imports: [North, South] });
    expect(await ids()).toEqual(['Tenant.visit[North]', 'Tenant.visit[South]']);
    await host.advance(1_000);
    expect(calls.toSorted()).toEqual(['north', 'south']);
  });

  it('a method that bears a decorator of ours gets its payload, or undefined, and the context', async () => {
    class Mails {
      @Interval(1_000)
      @TaskOptions({ tags: ['mail'] })
      often(payload: unknown, context: { jobId: string }): void {
        calls.push(`${String(payload)} ${context.jobId}`);
      }

      @Task('send')
      send(payload: { to: string } = { to: 'all' }): void {
        calls.push(payload.to);
      }
    }
    host = await start({ providers: [Mails] });
    const tasks = host.app.get(TasksService);
    await tasks.addJob({ id: 'none', task: 'send', trigger: { type: 'interval', seconds: 1 } });
    await tasks.addJob({
      id: 'one',
      task: 'send',
      payload: { to: 'ada' },
      trigger: { type: 'interval', seconds: 1 },
    });
    await host.advance(1_000);
    expect(calls.toSorted()).toEqual(['ada', 'all', 'undefined Mails.often']);
  });
});
