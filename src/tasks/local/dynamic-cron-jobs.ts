import type { SchedulerRegistry } from '@nestjs/schedule';
import type { CronJob } from 'cron';
import { AsyncLocalStorage } from 'node:async_hooks';
import { runError } from '../runner/outcome-of.js';
import type { MemoryDatabase } from '../store/memory/database.js';
import { MemoryClaims } from '../store/memory/runs/claims.js';
import type { Claim } from '../store/run-queue.js';

/**
 * The cron jobs that a host makes itself and adds to the registry. They tick as they always have; each
 * tick is recorded, and begins at the root: not in the request in which the job happened to be made,
 * whose user and transaction it would see for ever.
 */
export class DynamicCronJobs {
  /** Jobs that pass the gate already. */
  readonly ours = new WeakSet<CronJob>();
  private readonly atRoot = AsyncLocalStorage.snapshot();
  private readonly claims: MemoryClaims;
  private closed = false;

  constructor(
    private readonly registry: SchedulerRegistry,
    private readonly database: MemoryDatabase,
    private readonly node: { readonly id: string },
  ) {
    this.claims = new MemoryClaims(database, node);
  }

  attach(): void {
    const { registry } = this;
    const add = registry.addCronJob.bind(registry);
    registry.addCronJob = (name: string, job: CronJob) => {
      add(name, job);
      if (!this.ours.has(job)) this.watch(name, job);
    };
    for (const [name, job] of registry.getCronJobs()) this.watch(name, job);
  }

  /** From now on nothing is recorded, and nothing ticks. */
  detach(): void {
    this.closed = true;
  }

  private watch(name: string, job: CronJob): void {
    const tick = job.fireOnTick.bind(job);
    const { errorHandler } = job;
    let current: Claim | null = null;
    job.errorHandler = (error) => {
      if (current) this.claims.finish({ ...current, state: 'failed', error: runError(error) });
      if (errorHandler) errorHandler(error);
      else console.error('[Cron] error in callback', error);
    };
    job.fireOnTick = async () => {
      if (this.closed) return;
      const run = this.record(name);
      current = run;
      await this.atRoot(tick);
      this.claims.finish({ ...run, state: 'succeeded' });
    };
  }

  /** A run that begins now. A second one of the same instant was asked for. */
  private record(name: string): Claim {
    const now = this.database.now();
    const { id: nodeId } = this.node;
    const times = { fireAt: now, runAt: now, createdAt: now, startedAt: now };
    const made = {
      ...times,
      jobId: name,
      task: name,
      nodeId,
      attempt: 1,
      state: 'running',
    } as const;
    const { runs } = this.database;
    const run =
      runs.insert({ ...made, cause: 'fired' }) ?? runs.insert({ ...made, cause: 'manual' })!;
    return { runId: run.id, attempt: run.attempt };
  }
}
