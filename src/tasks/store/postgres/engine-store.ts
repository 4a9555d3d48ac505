import type { EngineStore } from '../engine-store.js';
import type { PostgresStoreOptions } from './session/engine-options.js';
import { EngineScope } from './session/engine-scope.js';
import { EnginePool } from './session/engine-pool.js';
import { PostgresFireLedger } from './fires/fire-ledger.js';
import { PostgresLeftTransactions } from './transactions/left-transactions.js';
import { PostgresHistory } from './history/history.js';
import { PostgresJobCare } from './jobs/job-care.js';
import { PostgresLeaderLock } from './lock/leader-lock.js';
import { PostgresNodeRoster } from './nodes/node-roster.js';
import { PostgresRunQueue } from './runs/run-queue.js';
import { PostgresRunSums } from './sums/run-sums.js';
import { PostgresWakeUps } from './cluster/wake-ups.js';

/** The engine's few hot statements over plain `pg`, on connections of their own. */
export function postgresEngineStore(options: PostgresStoreOptions): EngineStore {
  const pool = new EnginePool(options);
  const { schema, shift, log } = options;
  const lock = new PostgresLeaderLock(options);
  const wakeUps = new PostgresWakeUps(options);
  return {
    lock,
    wakeUps,
    fires: new PostgresFireLedger(options, pool),
    history: new PostgresHistory(options, pool),
    queue: new PostgresRunQueue(options, pool),
    sums: new PostgresRunSums(options, pool),
    roster: new PostgresNodeRoster(options, pool),
    care: new PostgresJobCare(new EngineScope(pool), schema, shift, options, log),
    transactions: new PostgresLeftTransactions(options, pool),
    pool: () => pool.inUse(),
    async close() {
      await Promise.all([lock.close(), wakeUps.close(), pool.close()]);
    },
  };
}
