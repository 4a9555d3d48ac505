import type { Log } from '../../domain/log.js';
import type { EngineStore } from '../engine-store.js';
import type { MemoryDatabase } from './database.js';
import { MemoryFireLedger } from './fires/fire-ledger.js';
import { MemoryHistory } from './history/history.js';
import { MemoryJobCare } from './jobs/job-care.js';
import { MemoryLeaderLock } from './lock/leader-lock.js';
import { MemoryNodeRoster, type MemoryNode } from './nodes/node-roster.js';
import { MemoryRunQueue } from './runs/run-queue.js';
import { MemoryRunSums } from './sums/run-sums.js';
import { MemoryWakeUps } from './cluster/wake-ups.js';

export interface MemoryStoreOptions {
  /** Whether the death of a leader's session may be waited for. Default: yes. */
  readonly hint?: boolean;
  /** Whether wake-ups are heard; false is the life behind a transaction pooler. Default: yes. */
  readonly hear?: boolean;
  /** After how long a job that nobody knows becomes an orphan, and who is told. Default: no care. */
  readonly care?: { readonly orphanAfterMs: number; readonly log: Log };
}

/** The in-memory database as the engine of one node sees it. */
export function memoryEngineStore(
  database: MemoryDatabase,
  node: MemoryNode,
  { hint = true, hear = true, care }: MemoryStoreOptions = {},
): EngineStore {
  const lock = new MemoryLeaderLock(database, node.id, hint);
  const wakeUps = new MemoryWakeUps(database, hear);
  return {
    lock,
    wakeUps,
    fires: new MemoryFireLedger(database, node.id),
    history: new MemoryHistory(database),
    queue: new MemoryRunQueue(database, node.id),
    sums: new MemoryRunSums(database),
    roster: new MemoryNodeRoster(database, node),
    ...(care && { care: new MemoryJobCare(database, care.orphanAfterMs, care.log) }),
    async close() {
      await Promise.all([lock.close(), wakeUps.close()]);
    },
  };
}
