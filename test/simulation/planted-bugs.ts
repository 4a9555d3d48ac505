import type { EngineStore } from '../../src/tasks/store/engine-store.js';
import type { Fire } from '../../src/tasks/store/fire-ledger.js';
import type { MemoryDatabase } from '../../src/tasks/testing/memory-database.js';
import { memoryEngineStore } from '../../src/tasks/testing/memory-engine-store.js';
import type { MemoryNode } from '../../src/tasks/testing/memory-node-roster.js';

/** A store that lacks one guard, or makes one classic mistake. */
export interface PlantedBug {
  /** What it does, after "a cluster whose store". */
  readonly name: string;
  /** The invariants that may see it: one of them must. */
  readonly breaks: readonly string[];
  readonly makeStore: (database: MemoryDatabase, node: MemoryNode) => EngineStore;
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  bug('fires for an old leader, without the fence', ['the fence holds'], (store, database) => ({
    fires: patched(store.fires, {
      fire: (token, pauses, fires, wantsRows) =>
        pretend(database, { fencingToken: token }, () =>
          store.fires.fire(token, pauses, fires, wantsRows),
        ),
    }),
  })),
  bug(
    'fires what was edited since it was read',
    ['no fire time vanishes', 'no fire time is made up', 'a pause holds'],
    (store, database) => ({
      fires: patched(store.fires, {
        fire: (token, pauses, fires) =>
          store.fires.fire(
            token,
            pauses,
            fires.map((fire) => asRead(fire, database)),
          ),
      }),
    }),
  ),
  bug('fires while the cluster is paused', ['a pause holds'], (store, database) => ({
    fires: patched(store.fires, {
      due: async (...asked) => {
        const due = await store.fires.due(...asked);
        return { ...due, pauses: { ...due.pauses, paused: false } };
      },
      fire: (token, pauses, fires, wantsRows) =>
        pretend(database, { paused: false }, () =>
          store.fires.fire(token, pauses, fires, wantsRows),
        ),
    }),
  })),
  bug('claims while the cluster is paused', ['a pause holds'], (store, database) => ({
    queue: patched(store.queue, {
      claim: (tasks, slots, limits) =>
        pretend(database, { paused: false }, () => store.queue.claim(tasks, slots, limits)),
    }),
  })),
  bug('drops what did not run', ['no fire time vanishes'], (store) => ({
    fires: patched(store.fires, {
      fire: (token, pauses, fires) =>
        store.fires.fire(
          token,
          pauses,
          fires.map(({ job, plan }) => ({ job, plan: { ...plan, ranges: [] } })),
        ),
    }),
  })),
  bug('does not look at what is live', ['overlap is respected'], (store) => ({
    fires: patched(store.fires, {
      fire: (token, pauses, fires) => store.fires.fire(token, pauses, fires.map(withoutLimit)),
    }),
  })),
  bug(
    'lets a run be finished by whoever began it',
    ['a final state is final'],
    (store, database, node) => ({
      queue: patched(store.queue, {
        finish: (outcomes) => {
          for (const { runId } of outcomes) {
            const run = database.runs.get(runId);
            if (run) database.runs.write({ ...run, state: 'running', nodeId: node.id });
          }
          return store.queue.finish(outcomes);
        },
      }),
    }),
  ),
  bug(
    'hands a run out again that is being worked on',
    ['one start per fire time'],
    (store, database) => ({
      roster: patched(store.roster, {
        register: async () => {
          for (const run of database.runs.live()) database.runs.write({ ...run, state: 'pending' });
          await store.roster.register();
        },
      }),
    }),
  ),
  bug('never ends the runs of dead nodes', ['runs of the dead are settled'], (store) => ({
    fires: patched(store.fires, { settle: async () => ({ abandoned: 0, rerun: 0 }) }),
  })),
  bug('does not take claims back', ['a claim is at work'], (store) => ({
    queue: patched(store.queue, { giveBack: async () => undefined }),
  })),
  bug('grants leases that never end', ['a leader is found'], (store, database) => ({
    lock: patched(store.lock, {
      renew: async (acquired) => {
        const renewed = await store.lock.renew(acquired);
        if (renewed) database.lock = { ...database.lock, leaseMs: 1e9, expiresAt: Infinity };
        return renewed;
      },
    }),
  })),
  bug('gives the same token twice', ['tokens grow'], (store, database) => ({
    lock: patched(store.lock, {
      takeOver: async (observed, sessionGone) => {
        const acquired = await store.lock.takeOver(observed, sessionGone);
        if (acquired === null) return null;
        database.lock = { ...database.lock, fencingToken: 1 };
        const last = database.terms.pop()!;
        database.terms.push({ ...last, fencingToken: 1 });
        return { ...acquired, fencingToken: 1 };
      },
    }),
  })),
];

function bug(
  name: string,
  breaks: readonly string[],
  plant: (store: EngineStore, database: MemoryDatabase, node: MemoryNode) => Partial<EngineStore>,
): PlantedBug {
  return {
    name,
    breaks,
    makeStore: (database, node) => {
      const store = memoryEngineStore(database, node);
      return { ...store, ...plant(store, database, node) };
    },
  };
}

/** The port with some of its methods replaced. */
function patched<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name: string & keyof Port) {
      const value = methods[name] ?? target[name];
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Has an operation see another row of the lock than there is: it does all it does in one go. */
function pretend<T>(
  database: MemoryDatabase,
  seen: Partial<MemoryDatabase['lock']>,
  operation: () => T,
): T {
  const real = database.lock;
  database.lock = { ...real, ...seen };
  try {
    return operation();
  } finally {
    database.lock = real;
  }
}

/** Puts the plan back to what was read of it. */
function asRead({ job, plan }: Fire, { jobs }: MemoryDatabase): Fire {
  const { jobId, nextFireAt } = job;
  const row = jobs.get(jobId);
  if (row === undefined) return { job, plan };
  jobs.set(jobId, { ...row, nextFireAt });
  const { revision, inserts } = row;
  return { job: { ...job, revision, inserts: String(inserts) }, plan };
}

function withoutLimit({ job, plan }: Fire): Fire {
  return { job: { ...job, policy: { ...job.policy, overlap: 'allow' } }, plan };
}
