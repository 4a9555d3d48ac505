import type { PoolUse } from '../domain/figures.js';
import type { FireLedger } from './fire-ledger.js';
import type { LeftTransactions } from './left-transactions.js';
import type { History } from './history.js';
import type { JobCare } from './job-store.js';
import type { LeaderLock } from './leader-lock.js';
import type { NodeRoster } from './node-roster.js';
import type { RunQueue } from './run-queue.js';
import type { RunSums } from './run-sums.js';
import type { WakeUps } from './wake-ups.js';

/** All that the engine remembers by. */
export interface EngineStore {
  readonly lock: LeaderLock;
  readonly fires: FireLedger;
  readonly history: History;
  readonly queue: RunQueue;
  readonly sums: RunSums;
  readonly roster: NodeRoster;
  readonly wakeUps: WakeUps;
  /** Without it nobody looks after jobs beside firing them: another node must. */
  readonly care?: JobCare;
  /** None where runs have no transactions. */
  readonly transactions?: LeftTransactions;
  /** How its connections are used. None where there are none. */
  readonly pool?: () => PoolUse;
  close(): Promise<void>;
}
