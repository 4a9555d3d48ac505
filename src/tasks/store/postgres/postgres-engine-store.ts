import type { EngineStore } from '../engine-store.js';
import type { PostgresStoreOptions } from './engine-options.js';
import { EnginePool } from './engine-pool.js';
import { PostgresFireLedger } from './postgres-fire-ledger.js';
import { PostgresLeftTransactions } from './postgres-left-transactions.js';
import { PostgresHistory } from './postgres-history.js';
import { PostgresLeaderLock } from './postgres-leader-lock.js';
import { PostgresNodeRoster } from './postgres-node-roster.js';
import { PostgresRunQueue } from './postgres-run-queue.js';
import { PostgresWakeUps } from './postgres-wake-ups.js';

/** The engine's few hot statements over plain `pg`, on connections of their own. */
export function postgresEngineStore(options: PostgresStoreOptions): EngineStore {
  const pool = new EnginePool(options);
  const lock = new PostgresLeaderLock(options);
  const wakeUps = new PostgresWakeUps(options);
  return {
    lock,
    wakeUps,
    fires: new PostgresFireLedger(options, pool),
    history: new PostgresHistory(options, pool),
    queue: new PostgresRunQueue(options, pool),
    roster: new PostgresNodeRoster(options, pool),
    transactions: new PostgresLeftTransactions(options, pool),
    async close() {
      await Promise.all([lock.close(), wakeUps.close(), pool.close()]);
    },
  };
}
