import { Controller, Inject, Injectable, Module, Scope, type ModuleMetadata } from '@nestjs/common';
import { ContextIdFactory, DiscoveryModule, ModuleRef, REQUEST } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { TasksOptions } from '../../src/tasks/tasks.options.js';
import { ScheduleSwitches } from '../../src/tasks/registry/schedule-switches.js';
import { TaskContext } from '../../src/tasks/registry/task-context.js';
import { TaskExplorer } from '../../src/tasks/registry/task-explorer.js';
import { TaskRegistry } from '../../src/tasks/registry/task-registry.js';

async function explore(metadata: ModuleMetadata) {
  const switches = { provide: ScheduleSwitches, useValue: new ScheduleSwitches({}) };
  const own = [TaskRegistry, TaskExplorer, TasksOptions, switches];
  const app = await Test.createTestingModule({
    ...metadata,
    imports: [DiscoveryModule, ...(metadata.imports ?? [])],
    providers: [...own, ...(metadata.providers ?? [])],
  }).compile();
  app.get(TaskExplorer).explore();
  const registry = app.get(TaskRegistry);
  const run = async (name: string, context: TaskContext = aContext('1')) =>
    registry.find(name)?.handler(context.payload, context);
  return { app, registry, run };
}

const aContext = (runId: string, payload: unknown = null) =>
  new TaskContext({ runId, payload } as ConstructorParameters<typeof TaskContext>[0]);

/** A task that tells what it is called on. */
function telling(scope?: Scope) {
  @Injectable(scope === undefined ? {} : { scope })
  class Teller {
    static made = 0;
    readonly number = ++Teller.made;
    calls = 0;

    @Interval('tell', 1_000)
    tell(): unknown {
      return [this instanceof Teller, this.number, ++this.calls];
    }
  }
  return Teller;
}

describe('a provider', () => {
  it('with one instance is called on that', async () => {
    const { run } = await explore({ providers: [telling()] });
    expect([await run('tell'), await run('tell')]).toEqual([
      [true, 1, 1],
      [true, 1, 2],
    ]);
  });

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('that is %s is made anew for each run', async (_title, scope) => {
    const Teller = telling(scope);
    const { run } = await explore({ providers: [Teller] });
    const before = Teller.made;
    expect(await run('tell', aContext('1'))).toEqual([true, before + 1, 1]);
    expect(await run('tell', aContext('2'))).toEqual([true, before + 2, 1]);
  });

  it('that depends on a request-scoped one is made anew with it, and injects the context', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class User {
      constructor(@Inject(REQUEST) readonly request: TaskContext) {}
    }
    @Injectable()
    class Greeter {
      constructor(readonly user: User) {}

      @Interval('greet', 1_000)
      greet(): unknown {
        return this.user.request;
      }
    }
    const { run } = await explore({ providers: [User, Greeter] });
    const [one, two] = [aContext('1'), aContext('2')];
    expect(await Promise.all([run('greet', one), run('greet', two)])).toEqual([one, two]);
    expect(await run('greet', one)).toBe(one);
  });

  it('may be a controller', async () => {
    @Controller({ scope: Scope.REQUEST })
    class Page {
      constructor(@Inject(REQUEST) readonly request: TaskContext) {}

      @Interval('refresh', 1_000)
      refresh(): string {
        return this.request.runId;
      }
    }
    const { run } = await explore({ controllers: [Page] });
    expect(await run('refresh', aContext('7'))).toBe('7');
  });

  it('is that of its own module when two have the class', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Sender {
      constructor(@Inject('address') readonly address: string) {}

      @Interval('send', 1_000)
      send(): string {
        return this.address;
      }
    }
    @Module({ providers: [Sender, { provide: 'address', useValue: 'first' }] })
    class First {}
    @Module({ providers: [Sender, { provide: 'address', useValue: 'second' }] })
    class Second {}
    const { run } = await explore({ imports: [First, Second] });
    expect(await run('send[First]')).toBe('first');
    expect(await run('send[Second]')).toBe('second');
  });

  it('fails its run when it cannot be made', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Broken {
      constructor() {
        throw new Error('no tenant');
      }

      @Interval('never', 1_000)
      never(): void {}
    }
    const { run } = await explore({ providers: [Broken] });
    await expect(run('never')).rejects.toThrow('no tenant');
  });

  it('finds its own siblings below the handler, as in a request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Cart {}
    @Injectable({ scope: Scope.REQUEST })
    class Shop {
      constructor(
        readonly cart: Cart,
        readonly modules: ModuleRef,
        @Inject(REQUEST) readonly request: TaskContext,
      ) {}

      @Interval('open', 1_000)
      async open(): Promise<boolean> {
        const contextId = ContextIdFactory.getByRequest(this.request);
        return this.cart === (await this.modules.resolve(Cart, contextId));
      }
    }
    const { run } = await explore({ providers: [Cart, Shop] });
    expect(await run('open')).toBe(true);
  });
});

describe('a durable provider', () => {
  afterEach(() => ContextIdFactory.apply(undefined as never));

  it('is shared by the runs to which the strategy gives the same parent', async () => {
    const tenants = new Map<unknown, ReturnType<typeof ContextIdFactory.create>>();
    ContextIdFactory.apply({
      attach(contextId, request: TaskContext) {
        const tenant = (request.payload as { tenant: string }).tenant;
        const parent = tenants.get(tenant) ?? ContextIdFactory.create();
        tenants.set(tenant, parent);
        return {
          resolve: ({ isTreeDurable }) => (isTreeDurable ? parent : contextId),
          payload: { tenant, runId: 'not to be overwritten' },
        };
      },
    });
    let made = 0;
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Connection {
      readonly number = ++made;
      constructor(@Inject(REQUEST) readonly request: { tenant: string }) {}
    }
    @Injectable()
    class Sync {
      constructor(readonly connection: Connection) {}

      @Interval('sync', 1_000)
      sync(): unknown {
        return [this.connection.number, this.connection.request.tenant];
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class Mixed {
      constructor(
        readonly connection: Connection,
        @Inject(REQUEST) readonly request: TaskContext & { tenant: string },
      ) {}

      @Interval('mixed', 1_000)
      mixed(): unknown {
        return [this.connection.number, this.request.tenant, this.request.runId];
      }
    }
    const { run } = await explore({ providers: [Connection, Sync, Mixed] });
    expect(await run('sync', aContext('1', { tenant: 'a' }))).toEqual([1, 'a']);
    expect(await run('sync', aContext('2', { tenant: 'b' }))).toEqual([2, 'b']);
    expect(await run('sync', aContext('3', { tenant: 'a' }))).toEqual([1, 'a']);
    expect(await run('mixed', aContext('4', { tenant: 'b' }))).toEqual([2, 'b', '4']);
  });
});

describe('what was made for a run', () => {
  it('can be collected once the run is over', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Part {}
    const made: WeakRef<object>[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class Short {
      constructor(readonly part: Part) {}

      @Interval('short', 1_000)
      short(): void {
        made.push(new WeakRef(this), new WeakRef(this.part));
      }
    }
    const { run } = await explore({ providers: [Part, Short] });
    for (let n = 0; n < 20; n++) await run('short', aContext(String(n)));
    expect(made).toHaveLength(40);
    await collectGarbage();
    // The last one may still be on a stack somewhere.
    expect(made.filter((ref) => ref.deref()).length).toBeLessThanOrEqual(2);
  });
});

async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
}
