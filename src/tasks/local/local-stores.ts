import { JobExistsError, NotInLocalModeError } from '../domain/errors.js';
import type { Job, JobOrigin, JobPatch, NewJob } from '../domain/job.js';
import type { Conflict, RunNow } from '../domain/job-requests.js';
import type { Run } from '../domain/run.js';
import type { NodeInfo } from '../store/cluster-store.js';
import type { Added, ChangeOptions } from '../store/job-store.js';
import { MemoryClusterStore } from '../store/memory/cluster/cluster-store.js';
import { MemoryJobStore } from '../store/memory/jobs/job-store.js';
import type { RunRow } from '../store/memory/rows.js';
import { MemoryRunStore } from '../store/memory/runs/run-store.js';
import { memoryStores } from '../store/memory/stores.js';
import type { Stores } from '../store/stores.js';
import type { LocalNode } from './local-node.js';

/** The stores of one process: those in memory, which refuse what needs a database or other nodes. */
export function localStores(node: LocalNode): Stores {
  return {
    ...memoryStores(node.database),
    jobs: new LocalJobStore(node),
    runs: new LocalRunStore(node.database),
    cluster: new LocalClusterStore(node),
  };
}

class LocalJobStore extends MemoryJobStore {
  constructor(private readonly node: LocalNode) {
    super(node.database);
  }

  protected override put(
    job: NewJob,
    origin: JobOrigin,
    conflict: Conflict,
    by: ChangeOptions,
  ): Added {
    refuseTransactional(job);
    if (this.node.isCronJobOfHost(job.id)) throw new JobExistsError(job.id);
    return super.put(job, origin, conflict, by);
  }

  override async modify(id: string, patch: JobPatch, by?: ChangeOptions): Promise<Job> {
    refuseTransactional(patch);
    return super.modify(id, patch, by);
  }

  override async runNow(id: string, ask?: RunNow, by?: ChangeOptions): Promise<Run> {
    this.refuseIfStopping();
    return super.runNow(id, ask, by);
  }

  override async runMany(ids: readonly string[], by?: ChangeOptions) {
    this.refuseIfStopping();
    return super.runMany(ids, by);
  }

  protected override async change<T>(by: ChangeOptions, body: () => T): Promise<T> {
    refuseManager(by);
    return super.change(by, body);
  }

  private refuseIfStopping(): void {
    if (this.node.gate.isClosed)
      throw new NotInLocalModeError('A run after the process has begun to stop');
  }
}

class LocalRunStore extends MemoryRunStore {
  protected override async change(by: ChangeOptions, body: () => RunRow): Promise<Run> {
    refuseManager(by);
    return super.change(by, body);
  }
}

/** A cluster of one process, which always leads. */
class LocalClusterStore extends MemoryClusterStore {
  constructor(private readonly node: LocalNode) {
    super(node.database);
  }

  override async nodes(): Promise<readonly NodeInfo[]> {
    this.node.giveSign();
    return super.nodes();
  }

  override async resign(): Promise<never> {
    throw new NotInLocalModeError('Giving the lead to another node');
  }

  override async drain(): Promise<never> {
    throw new NotInLocalModeError('Draining a node');
  }
}

/** There is no transaction that a change could become a part of. */
function refuseManager({ manager }: ChangeOptions): void {
  if (manager) throw new NotInLocalModeError('A change inside a transaction');
}

function refuseTransactional({ transactional }: Pick<JobPatch, 'transactional'>): void {
  if (transactional) throw new NotInLocalModeError('A transactional job');
}
