import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { EngineOptions } from '../engine/engine.js';
import type { ToRunner } from '../engine/messages.js';
import { SystemClock } from '../engine/system-clock.js';
import { tellWorkingNow } from '../runner/working-now.js';
import type { TasksOptions } from '../tasks.options.js';
import type { EngineHandle } from '../thread/engine-handle.js';
import { EngineHere } from '../thread/engine-here.js';
import type { EngineSeed, Holding } from '../thread/messages.js';
import type { Starter } from '../thread/taker.js';
import { openStore, type StoreSurroundings } from '../thread/open-store.js';
import { ThreadedEngine } from '../thread/threaded-engine.js';
import type { Reached } from './reach-postgres.js';

/** What an engine has to do with on the main thread. */
export interface EngineSurroundings {
  readonly hear: (message: ToRunner) => void;
  readonly runner: Starter;
  /** What the runner has, for an engine that takes over from one that died. */
  readonly holding: () => Holding;
  readonly tellSlots: () => void;
}

/** What a thread of the engine runs, where the library lies there as it was published. */
const ENTRY = new URL('../thread/thread-entry.js', import.meta.url);

export function engineOptions(options: TasksOptions): EngineOptions {
  const { roles, leaseMs, heartbeatMs, deadAfterMs } = options;
  return { roles, tasks: [], leaseMs, heartbeatMs, deadAfterMs };
}

/** In a thread of its own, wherever one can load it and time is real. */
export function makeEngine(
  options: TasksOptions,
  reached: Reached,
  around: StoreSurroundings & EngineSurroundings,
): EngineHandle {
  const { hear, runner, holding, tellSlots, clock, log, node, connections } = around;
  const seed = seedOf(options, reached, around);
  const isReal = clock instanceof SystemClock && around.shift.ms === 0;
  if (options.engineThread && isReal && existsSync(ENTRY)) {
    tellWorkingNow();
    // What it halts is the main thread of the process, and not one that an application lives in.
    const isDebugged = () => !isMainThread || isInspected();
    const { concurrency } = options;
    const main = { concurrency, isDebugged, clock, log, hear, runner, holding, tellSlots };
    return new ThreadedEngine({ seed, entry: ENTRY, ...main });
  }
  return new EngineHere({
    options: seed.engine,
    openStore: () => openStore(seed.store, seed.intercept, { ...around, node }),
    clock,
    log,
    hear,
    drop: () => connections.drop(),
  });
}

function seedOf(
  options: TasksOptions,
  reached: Reached,
  { node }: StoreSurroundings,
): Omit<EngineSeed, 'holding'> {
  const { schema, poolSize, leaseMs, deadAfterMs, orphanAfterMs, retentionDays, hint } = options;
  return {
    engine: engineOptions(options),
    store: {
      ...reached,
      schema,
      poolSize,
      leaseMs,
      deadAfterMs,
      orphanAfterMs,
      retentionDays,
      hint,
    },
    node: { ...node },
    intercept: options.intercept ?? null,
  };
}

/** Whether a debugger listens. A Node that was built without it has none. */
function isInspected(): boolean {
  if (!process.features.inspector) return false;
  const inspector = process.getBuiltinModule('node:inspector');
  return inspector.url() !== undefined;
}
