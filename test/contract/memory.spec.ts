import { describe } from 'vitest';
import { randomUUID } from 'node:crypto';
import { Clock } from '../../src/tasks/domain/clock.js';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { MemoryDatabase } from '../../src/tasks/store/memory/database.js';
import { MemoryJobCare } from '../../src/tasks/store/memory/jobs/job-care.js';
import { memoryEngineStore } from '../../src/tasks/store/memory/engine-store.js';
import { memoryStores } from '../../src/tasks/store/memory/stores.js';
import { recordedLog } from '../support/recorded-log.js';
import { addManyContract } from './add-many.contract.js';
import { addOnceContract } from './add-once.contract.js';
import { alarmsContract } from './alarms.contract.js';
import { backfillContract } from './backfill.contract.js';
import { changeFeedContract } from './change-feed.contract.js';
import { clusterStoreContract } from './cluster-store.contract.js';
import { declareJobContract } from './declare-job.contract.js';
import { disabledJobContract } from './disabled-job.contract.js';
import { editJobContract } from './edit-job.contract.js';
import { editManyContract } from './edit-many.contract.js';
import { fencingContract } from './fencing.contract.js';
import { fireLedgerContract } from './fire-ledger.contract.js';
import { deploysContract } from './deploys.contract.js';
import { jobCareContract } from './job-care.contract.js';
import { jobListsContract } from './job-lists.contract.js';
import { jobStandingsContract } from './job-standings.contract.js';
import { jobStoreContract } from './job-store.contract.js';
import { leaderLockContract } from './leader-lock.contract.js';
import { nodeRosterContract } from './node-roster.contract.js';
import { overlapCellsContract } from './overlap-cells.contract.js';
import { pauseJobContract } from './pause-job.contract.js';
import { runNowPoliciesContract } from './run-now-policies.contract.js';
import { runNowContract } from './run-now.contract.js';
import { runQueueContract } from './run-queue.contract.js';
import { runStoreContract } from './run-store.contract.js';
import { statisticsContract } from './statistics.contract.js';
import { troublesContract } from './troubles.contract.js';
import { settlingContract } from './settling.contract.js';
import {
  DEAD_AFTER_MS,
  LEASE_MS,
  ORPHAN_AFTER_MS,
  RETENTION_DAYS,
  type TestStore,
} from './test-store.js';
import { wakeUpsContract } from './wake-ups.contract.js';

describe('leader lock', () => leaderLockContract(makeMemoryStore));
describe('fire ledger', () => fireLedgerContract(makeMemoryStore));
describe('overlap', () => overlapCellsContract(makeMemoryStore));
describe('fencing', () => fencingContract(makeMemoryStore));
describe('run queue', () => runQueueContract(makeMemoryStore));
describe('node roster', () => nodeRosterContract(makeMemoryStore));
describe('settling', () => settlingContract(makeMemoryStore));
describe('job store', () => jobStoreContract(makeMemoryStore));
describe('job lists', () => jobListsContract(makeMemoryStore));
describe('add once', () => addOnceContract(makeMemoryStore));
describe('change feed', () => changeFeedContract(makeMemoryStore));
describe('pause job', () => pauseJobContract(makeMemoryStore));
describe('declare job', () => declareJobContract(makeMemoryStore));
describe('disabled job', () => disabledJobContract(makeMemoryStore));
describe('job care', () => jobCareContract(makeMemoryStore));
describe('deploys', () => deploysContract(makeMemoryStore));
describe('edit job', () => editJobContract(makeMemoryStore));
describe('add many', () => addManyContract(makeMemoryStore));
describe('edit many', () => editManyContract(makeMemoryStore));
describe('run now', () => runNowContract(makeMemoryStore));
describe('run now policies', () => runNowPoliciesContract(makeMemoryStore));
describe('backfill', () => backfillContract(makeMemoryStore));
describe('cluster store', () => clusterStoreContract(makeMemoryStore));
describe('run store', () => runStoreContract(makeMemoryStore));
describe('statistics', () => statisticsContract(makeMemoryStore));
describe('job standings', () => jobStandingsContract(makeMemoryStore));
describe('troubles', () => troublesContract(makeMemoryStore));
describe('alarms', () => alarmsContract(makeMemoryStore));
describe('wake ups', () => wakeUpsContract(makeMemoryStore));

async function makeMemoryStore(): Promise<TestStore> {
  const clock = new ShiftedClock();
  const database = new MemoryDatabase(clock, {
    leaseMs: LEASE_MS,
    deadAfterMs: DEAD_AFTER_MS,
    retentionDays: RETENTION_DAYS,
  });
  const log = recordedLog();
  return {
    ...memoryStores(database),
    care: new MemoryJobCare(database, ORPHAN_AFTER_MS, log),
    told: log.lines,
    node(name, { hint = true, tasks = { 'Reports.daily': null }, jobs = {} } = {}) {
      const roles = ['scheduler', 'worker', 'api'];
      const node = { id: randomUUID(), name, version: '1.0.0', roles, tasks, jobs, slots: 7 };
      return { ...memoryEngineStore(database, node, { hint }), id: node.id, name };
    },
    advance(ms) {
      clock.shiftMs += ms;
    },
    async generation() {
      return database.lock.generation;
    },
    async amend(runId, run) {
      database.runs.write({ ...database.runs.get(runId)!, ...run });
    },
    async spoil(jobId) {
      const job = database.jobs.get(jobId)!;
      const trigger = JSON.parse('{"type": "lunar"}') as typeof job.trigger;
      database.jobs.set(jobId, { ...job, trigger });
    },
    async close() {},
  };
}

/** Real time and what a test has added to it. No two operations fall into one millisecond. */
class ShiftedClock extends Clock {
  shiftMs = 0;
  private readonly real = new SystemClock();
  private readonly startedAt = this.real.now().getTime() - this.real.monotonic();
  private asked = 0;

  now(): Date {
    this.asked = Math.max(this.asked + 1, this.real.monotonic());
    return new Date(Math.floor(this.startedAt + this.asked) + this.shiftMs);
  }

  monotonic(): number {
    return this.real.monotonic();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.real.sleep(ms, signal);
  }
}
