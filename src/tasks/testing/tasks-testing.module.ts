import { type DynamicModule, type Provider } from '@nestjs/common';
import { ClusterNode } from '../node/cluster-node.js';
import { Clock } from '../domain/clock.js';
import { TasksModule, type ScheduleModuleOptions } from '../tasks.module.js';
import { TasksOptions } from '../tasks.options.js';
import { FakeClock } from './fake-clock.js';
import { MemoryClusterNode } from './memory-cluster-node.js';
import { MemoryDatabase } from '../store/memory/database.js';
import { memoryStores } from '../store/memory/stores.js';
import { STORES } from '../store/stores.js';
import { TasksTesting } from './tasks-testing.js';

const YEAR_MS = 365 * 86_400_000;

/** Whatever a test advances by, it finds its history. */
const KEPT_DAYS = 100 * 365;

export interface TasksTestingOptions
  extends Partial<Omit<TasksOptions, 'store' | 'databaseUrl'>>, ScheduleModuleOptions {
  /** The instant at which the test begins. Default: noon of 2 March 2026, a Monday, in UTC. */
  readonly now?: Date | string;
  /** Of another application of the same test, which this one then forms a cluster with. */
  readonly database?: MemoryDatabase;
  /** Together with `database`: its clock. */
  readonly clock?: FakeClock;
}

/**
 * `TasksModule` for tests: the whole engine, with its leader, its ledger and its promises, on a
 * database in memory and a clock that moves when told. Unlike local mode nothing in it is
 * synchronous, as in a cluster: tests await `TasksTesting.advance('25h')`.
 */
export class TasksTestingModule {
  static forRoot({ now, database, clock, ...options }: TasksTestingOptions = {}): DynamicModule {
    // With one node, nobody is to be noticed as dead however far the clock jumps.
    const patience = { leaseMs: YEAR_MS, heartbeatMs: YEAR_MS, deadAfterMs: 10 * YEAR_MS };
    const module = TasksModule.forRoot({ ...patience, ...options, databaseUrl: 'in memory' });
    const { leaseMs, deadAfterMs, retentionDays = KEPT_DAYS } = { ...patience, ...options };
    const times = { leaseMs, deadAfterMs, retentionDays };
    // Made with each application: a host may call this once, for all of its tests.
    const makeClock = () => clock ?? new FakeClock(now);
    const makeDatabase = (time: FakeClock) => database ?? new MemoryDatabase(time, times);
    return {
      ...module,
      providers: [...(module.providers ?? []), ...inMemory(makeClock, makeDatabase)],
      exports: [...(module.exports ?? []), TasksTesting, FakeClock],
    };
  }
}

/** Each takes the place of the provider of the same token. */
function inMemory(
  makeClock: () => FakeClock,
  makeDatabase: (clock: FakeClock) => MemoryDatabase,
): Provider[] {
  return [
    { provide: FakeClock, useFactory: makeClock },
    { provide: Clock, useExisting: FakeClock },
    { provide: MemoryDatabase, inject: [FakeClock], useFactory: makeDatabase },
    {
      provide: STORES,
      inject: [MemoryDatabase],
      useFactory: (database: MemoryDatabase) => memoryStores(database),
    },
    { provide: ClusterNode, useClass: MemoryClusterNode },
    TasksTesting,
  ];
}
