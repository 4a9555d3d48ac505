import { Inject, Injectable, Logger, Scope, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Cron, Interval, Timeout, type ScheduleModuleOptions } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { TasksOptions } from '../../src/tasks/tasks.options.js';
import { ScheduleSwitches } from '../../src/tasks/registry/schedule-switches.js';
import type { TaskContext } from '../../src/tasks/registry/task-context.js';
import { TaskExplorer } from '../../src/tasks/registry/task-explorer.js';
import { TaskRegistry } from '../../src/tasks/registry/task-registry.js';
import { Schedule } from '../../src/tasks/registry/schedule.decorator.js';
import { Task, TaskOptions } from '../../src/tasks/registry/task.decorator.js';

const context = {} as TaskContext;

async function explore(
  providers: Provider[],
  host: ScheduleModuleOptions = {},
  options: Partial<TasksOptions> = {},
) {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const switches = { provide: ScheduleSwitches, useValue: new ScheduleSwitches(host) };
  const given = Object.assign(new TasksOptions(), options);
  const own = [TaskRegistry, TaskExplorer, { provide: TasksOptions, useValue: given }, switches];
  const app = await Test.createTestingModule({
    imports: [DiscoveryModule],
    providers: [...own, ...providers],
  }).compile();
  app.get(TaskExplorer).explore();
  const registry = app.get(TaskRegistry);
  return {
    app,
    registry,
    names: registry.names(),
    warnings: warn.mock.calls.map(([said]) => said),
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

@Injectable()
class Reports {
  runs = 0;

  @Cron('0 9 * * *', { name: 'daily-report' })
  daily(): void {}

  @Interval(5_000)
  refresh(): number {
    return ++this.runs;
  }

  @Timeout('warm-up', 1_000)
  warmUp(): void {}

  @Task('rebuild-report', { payload: z.object({ day: z.iso.date().default('2026-01-01') }) })
  rebuild({ day }: { day: string }): string {
    return day;
  }

  undecorated(): void {}
}

describe('exploring', () => {
  it('registers each decorated method once, by its name or else by class and method', async () => {
    const { names, warnings } = await explore([Reports]);
    expect(names).toEqual(['daily-report', 'Reports.refresh', 'warm-up', 'rebuild-report']);
    expect(warnings).toEqual([]);
  });

  it('declares a job for each trigger and none for a bare task', async () => {
    const { registry } = await explore([Reports]);
    expect(registry.all().map(({ source, job }) => [source, job?.id, job?.trigger.type])).toEqual([
      ['Reports.daily', 'daily-report', 'cron'],
      ['Reports.refresh', 'Reports.refresh', 'interval'],
      ['Reports.warmUp', 'warm-up', 'start'],
      ['Reports.rebuild', undefined, undefined],
    ]);
  });

  it('calls the method on its provider', async () => {
    const { app, registry } = await explore([Reports]);
    await registry.find('Reports.refresh')?.handler(null, context);
    expect(app.get(Reports).runs).toBe(1);
  });

  it('registers what an instance declares once, whatever names it is provided under', async () => {
    const alias = { provide: 'alias', useExisting: Reports };
    const { app, registry } = await explore([Reports, alias]);
    app.get(TaskExplorer).explore();
    expect(registry.names()).toHaveLength(4);
  });

  it('finds inherited methods under the class that is provided', async () => {
    @Injectable()
    class Weekly extends Reports {
      @Cron('0 9 * * 1')
      override daily(): void {}
    }
    const { names } = await explore([Weekly]);
    expect(names).toContain('Weekly.refresh');
    expect(names).toContain('Weekly.daily');
    expect(names).not.toContain('daily-report');
  });

  it('takes the property of an instance that shadows a decorated method', async () => {
    const reports = Object.assign(new Reports(), { daily: () => undefined });
    const { names } = await explore([{ provide: Reports, useValue: reports }]);
    expect(names).not.toContain('daily-report');
  });

  it('passes by values without a prototype, without a class and without anything', async () => {
    const values = [Object.create(null), Object.create(Object.create(null)), 'text', 0, null];
    const { names } = await explore(values.map((useValue, i) => ({ provide: `v${i}`, useValue })));
    expect(names).toEqual([]);
  });

  it('fails when two methods share a name, and names both', async () => {
    @Injectable()
    class Mails {
      @Interval('daily-report', 1_000)
      send(): void {}
    }
    await expect(explore([Reports, Mails])).rejects.toThrow(
      'Two methods share the job id "daily-report": Reports.daily and Mails.send.',
    );
  });

  it('fails for a method of a class without a name', async () => {
    const Nameless = [class {}].map((type) => {
      Object.defineProperty(type.prototype, 'run', { value: () => undefined, configurable: true });
      const descriptor = Object.getOwnPropertyDescriptor(type.prototype, 'run');
      if (descriptor) Interval(1_000)(type.prototype, 'run', descriptor);
      return type;
    })[0];
    const useValue = Nameless && new Nameless();
    await expect(explore([{ provide: 'nameless', useValue }])).rejects.toThrow(
      'name it in its decorator',
    );
  });
});

describe('providers without one instance', () => {
  it.each([
    ['request', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('are registered as any others: %s', async (_title, scope) => {
    @Injectable({ scope })
    class Scoped {
      @Cron('* * * * *')
      tick(): void {}

      @Task()
      ask(): void {}
    }
    const { names, warnings } = await explore([Scoped]);
    expect(names).toEqual(['Scoped.tick', 'Scoped.ask']);
    expect(warnings).toEqual([]);
  });

  it('may be what another one depends on', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class User {}
    @Injectable()
    class Greeter {
      constructor(@Inject(User) readonly user: User) {}

      @Interval(1_000)
      greet(): void {}
    }
    const { names, warnings } = await explore([User, Greeter]);
    expect(names).toEqual(['Greeter.greet']);
    expect(warnings).toEqual([]);
  });
});

describe('a step that is longer than its field', () => {
  it('is taken as cron takes it, with a word of what that is', async () => {
    @Injectable()
    class Sweeper {
      @Cron('*/90 * * * *', { utcOffset: 0 })
      sweep(): void {}

      @Schedule('0 */30 * * *', { name: 'daily' })
      @Schedule({ type: 'interval', hours: 30 }, { name: 'often' })
      both(): void {}
    }
    const { registry, warnings } = await explore([Sweeper]);
    expect(registry.find('Sweeper.sweep')?.job?.trigger).toMatchObject({
      expression: '*/90 * * * *',
    });
    expect(warnings).toEqual([
      '"*/90" in the cron expression of Sweeper.sweep is a step longer than its field: it stands ' +
        'for minute 0 alone. Write "0" if that is meant, else take an interval of that length.',
      expect.stringMatching(/^"\*\/30" in the cron expression of Sweeper\.both .* hour 0 alone/),
    ]);
  });
});

describe('switches of ScheduleModule', () => {
  it.each([
    ['cronJobs', 'daily-report'],
    ['intervals', 'Reports.refresh'],
    ['timeouts', 'warm-up'],
  ])('keep methods out: %s', async (flag, name) => {
    const { names } = await explore([Reports], { [flag]: false });
    expect(names).toHaveLength(3);
    expect(names).not.toContain(name);
  });
});

describe('@Task and @TaskOptions', () => {
  it('give a bare task its payload as its schema makes it, or a clear failure', async () => {
    const { registry } = await explore([Reports]);
    const handler = registry.find('rebuild-report')?.handler;
    const given = { payload: {} } as TaskContext;
    await expect(handler?.({}, given)).resolves.toBe('2026-01-01');
    expect(given.payload).toEqual({ day: '2026-01-01' });
    await expect(handler?.({ day: 'Monday' }, context)).rejects.toThrow(
      /^The payload of the task "rebuild-report" was refused: \/day Invalid/,
    );
  });

  it('set the policies of a job, above or below its trigger', async () => {
    class Above {
      @TaskOptions({ priority: 1 })
      @Cron('* * * * *')
      run(): void {}
    }
    class Below {
      @Cron('* * * * *')
      @TaskOptions({ priority: 1 })
      run(): void {}
    }
    const { registry } = await explore([Above, Below]);
    expect(registry.all().map(({ job }) => job?.priority)).toEqual([1, 1]);
  });

  it('name a job together with a trigger', async () => {
    class Named {
      @Interval(1_000)
      @Task('clean')
      run(): void {}
    }
    const { registry } = await explore([Named]);
    expect(registry.find('clean')?.job).toMatchObject({ id: 'clean', task: 'clean' });
  });

  it('fail when a trigger and a task name the method differently', async () => {
    class Named {
      @Interval('clean', 1_000)
      @Task('tidy')
      run(): void {}
    }
    await expect(explore([Named])).rejects.toThrow(
      'The declaration of Named.run was refused: /name is "clean" and "tidy": give one of them',
    );
  });

  it('fail when a policy is refused, and name the method', async () => {
    class Eager {
      @Interval(1_000)
      @TaskOptions({ maxInstances: 0 })
      run(): void {}
    }
    await expect(explore([Eager])).rejects.toThrow('The declaration of Eager.run was refused');
  });
});

describe('settings of a task', () => {
  it('limit how many of its runs a node works on', async () => {
    class Limited {
      @Task('limited', { concurrency: 2 })
      run(): void {}
    }
    const { registry } = await explore([Limited, Reports]);
    expect(registry.find('limited')?.concurrency).toBe(2);
    expect(registry.find('rebuild-report')).not.toHaveProperty('concurrency');
  });

  it('are refused when the limit is none, and name the method', async () => {
    class Limited {
      @Task('limited', { concurrency: 0 })
      run(): void {}
    }
    await expect(explore([Limited])).rejects.toThrow(
      'The declaration of Limited.run was refused: /concurrency is 0: give a whole number from 1 on',
    );
  });

  it('take a function in a worker thread in the place of the method', async () => {
    const thread = { module: 'file:///render.js', export: 'render' };
    class Heavy {
      @Task('heavy', { payload: z.object({ pages: z.number().default(3) }), thread })
      render(): void {}
    }
    const { registry } = await explore([Heavy]);
    const inThread = vi.fn(() => Promise.resolve('done'));
    const handler = registry.find('heavy')?.handler;
    await expect(handler?.({}, { inThread } as unknown as TaskContext)).resolves.toBe('done');
    expect(inThread).toHaveBeenCalledWith(thread, { pages: 3 });
  });

  it('are refused when the module of the worker thread cannot be found from anywhere', async () => {
    class Heavy {
      @Task('heavy', { thread: { module: './render.js' } })
      render(): void {}
    }
    await expect(explore([Heavy])).rejects.toThrow(
      '/thread/module is "./render.js": give a URL, such as new URL',
    );
  });
});

describe('the scope of a method', () => {
  @Injectable()
  class Cache {
    refreshed = 0;

    @Interval('refresh-cache', 5_000)
    @TaskOptions({ scope: 'node', overlap: 'allow', tags: ['cache'] })
    refresh(): number {
      return ++this.refreshed;
    }

    @Interval('sweep-cache', 5_000)
    @TaskOptions({ scope: 'cluster', priority: 1 })
    sweep(): void {}
  }

  it('makes a timer of each process of what is of a node, and no task that runs could ask for', async () => {
    const { app, registry, names } = await explore([Cache]);
    expect(names).toEqual(['sweep-cache']);
    expect(registry.find('refresh-cache')).toBeUndefined();
    const [refresh] = registry.nodeTasks();
    expect(registry.nodeTasks()).toHaveLength(1);
    expect(refresh).toMatchObject({
      name: 'refresh-cache',
      source: 'Cache.refresh',
      trigger: { type: 'interval', milliseconds: 5_000 },
      overlap: 'allow',
      tags: ['cache'],
    });
    await refresh?.handler(null, context);
    expect(app.get(Cache).refreshed).toBe(1);
  });

  it('leaves no trace in the declaration of a job', async () => {
    class Plain {
      @Interval('sweep-cache', 5_000)
      @TaskOptions({ priority: 1 })
      sweep(): void {}
    }
    const said = (await explore([Cache])).registry.find('sweep-cache')?.job;
    expect(said).toEqual((await explore([Plain])).registry.find('sweep-cache')?.job);
    expect(said).not.toHaveProperty('scope');
  });

  it('is refused by name when it is none', async () => {
    class Typo {
      @Interval(1_000)
      @TaskOptions({ scope: 'process' as 'node' })
      run(): void {}
    }
    await expect(explore([Typo])).rejects.toThrow(
      'The declaration of Typo.run was refused: /scope must be "cluster" or "node"',
    );
  });

  it('does not let two methods share a name either', async () => {
    class Other {
      @Cron('* * * * *', { name: 'refresh-cache' })
      run(): void {}
    }
    await expect(explore([Cache, Other])).rejects.toThrow(
      'Two methods share the job id "refresh-cache": Cache.refresh and Other.run.',
    );
  });

  it('heeds an initialDelay on a node, and warns of a threshold', async () => {
    class Late {
      @Cron('* * * * *', { initialDelay: 1_000, threshold: 5 })
      @TaskOptions({ scope: 'node' })
      run(): void {}
    }
    const { registry, warnings } = await explore([Late]);
    expect(registry.nodeTasks()).toMatchObject([{ initialDelayMs: 1_000 }]);
    expect(warnings).toEqual([expect.stringMatching(/^threshold of Late.run is ignored/)]);
  });
});

describe('warnings', () => {
  it('name a method with two triggers, of which the topmost counts', async () => {
    class Stacked {
      @Interval(1_000)
      @Cron('* * * * *')
      run(): void {}
    }
    const { registry, warnings } = await explore([Stacked]);
    expect(registry.all().map(({ job }) => job?.trigger.type)).toEqual(['interval']);
    expect(warnings).toEqual([expect.stringMatching(/^Stacked.run has more than one of @Cron/)]);
  });

  it('name an initialDelay, which is ignored', async () => {
    class Late {
      @Cron('* * * * *', { initialDelay: 1_000 })
      run(): void {}
    }
    const { warnings } = await explore([Late]);
    expect(warnings).toEqual([expect.stringMatching(/^initialDelay of Late.run is ignored/)]);
  });

  it('name policies of a bare task, which declares no job', async () => {
    class Bare {
      @Task()
      @TaskOptions({ priority: 1 })
      run(): void {}
    }
    const { warnings } = await explore([Bare]);
    expect(warnings).toEqual([expect.stringMatching(/^@TaskOptions of Bare.run has no effect/)]);
  });
});

describe('the option "overrides"', () => {
  it('changes what a decorator declares', async () => {
    const overrides = { 'daily-report': { priority: 4 }, 'warm-up': { disabled: true } };
    const { registry } = await explore([Reports], {}, { overrides });
    expect(registry.find('daily-report')?.job).toMatchObject({ priority: 4, paused: false });
    expect(registry.find('warm-up')?.job).toMatchObject({ disabled: true });
  });

  it('is refused at the start when it names no declared job, a task without a trigger included', async () => {
    const overrides = { 'rebuild-report': { priority: 4 } };
    await expect(explore([Reports], {}, { overrides })).rejects.toThrow(
      '/rebuild-report is not the id of a job that a decorator declares ' +
        '(Reports.refresh, daily-report, warm-up)',
    );
  });
});
