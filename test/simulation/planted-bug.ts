import type { EngineStore } from '../../src/tasks/store/engine-store.js';
import type { JobStore } from '../../src/tasks/store/job-store.js';
import type { MemoryDatabase } from '../../src/tasks/store/memory/database.js';
import { memoryEngineStore } from '../../src/tasks/store/memory/engine-store.js';
import { MemoryJobStore } from '../../src/tasks/store/memory/jobs/job-store.js';
import type { MemoryNode } from '../../src/tasks/store/memory/nodes/node-roster.js';

/** A store that lacks one guard, or makes one classic mistake. */
export interface PlantedBug {
  /** What it does, after "a cluster whose store". */
  readonly name: string;
  /** The invariants that may see it: one of them must. */
  readonly breaks: readonly string[];
  readonly makeStore?: typeof memoryEngineStore;
  readonly makeJobs?: (database: MemoryDatabase) => JobStore;
}

/** A bug in what the engine asks of its store. */
export function bug(
  name: string,
  breaks: readonly string[],
  plant: (store: EngineStore, database: MemoryDatabase, node: MemoryNode) => Partial<EngineStore>,
): PlantedBug {
  return {
    name,
    breaks,
    makeStore: (database, node, options) => {
      const store = memoryEngineStore(database, node, options);
      return { ...store, ...plant(store, database, node) };
    },
  };
}

/** A bug in what users ask of it. */
export function jobsBug(
  name: string,
  breaks: readonly string[],
  plant: (jobs: JobStore, database: MemoryDatabase) => Partial<JobStore>,
): PlantedBug {
  return {
    name,
    breaks,
    makeJobs: (database) => {
      const jobs = new MemoryJobStore(database);
      return patched<JobStore>(jobs, plant(jobs, database));
    },
  };
}

/** The port with some of its methods replaced. */
export function patched<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name: string & keyof Port) {
      const value = methods[name] ?? target[name];
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
