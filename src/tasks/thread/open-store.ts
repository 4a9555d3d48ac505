import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { EngineStore } from '../store/engine-store.js';
import type { ClockShift } from '../store/postgres/database-time.js';
import { postgresEngineStore } from '../store/postgres/engine-store.js';
import { SchemaName } from '../store/postgres/schema-name.js';
import type { Connections } from '../store/postgres/session/connections.js';
import type { NodeIdentity } from '../store/node-roster.js';
import type { StoreSeed } from './messages.js';

/** What a store has of the thread that it is opened in. */
export interface StoreSurroundings {
  readonly node: NodeIdentity;
  readonly shift: ClockShift;
  readonly clock: Clock;
  readonly log: Log;
  readonly connections: Connections;
}

/** Opens nothing yet: each connection is made when it is needed. */
export async function openStore(
  seed: StoreSeed,
  intercept: string | null,
  around: StoreSurroundings,
): Promise<EngineStore> {
  const store = postgresEngineStore({ ...seed, ...around, schema: new SchemaName(seed.schema) });
  if (intercept === null) return store;
  const module = (await import(intercept)) as { default: (store: EngineStore) => EngineStore };
  return module.default(store);
}
