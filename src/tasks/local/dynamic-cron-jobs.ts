import type { SchedulerRegistry } from '@nestjs/schedule';
import type { CronJob } from 'cron';
import type { Clock } from '../domain/clock.js';
import { runError } from '../runner/outcome-of.js';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { LocalLedger } from './local-ledger.js';
import type { LocalRun } from './local-run.js';

/**
 * The cron jobs that a host makes itself and adds to the registry. They tick as they always have; each
 * tick is recorded, and begins at the root: not in the request in which the job happened to be made,
 * whose user and transaction it would see for ever.
 */
export class DynamicCronJobs {
  /** Jobs that pass the gate already. */
  readonly ours = new WeakSet<CronJob>();
  private readonly atRoot = AsyncLocalStorage.snapshot();
  private closed = false;

  constructor(
    private readonly registry: SchedulerRegistry,
    private readonly ledger: LocalLedger,
    private readonly clock: Clock,
    private readonly nodeId: () => string,
  ) {}

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
    let current: LocalRun | null = null;
    job.errorHandler = (error) => {
      current?.end('failed', this.clock.now(), { error: runError(error) });
      if (errorHandler) errorHandler(error);
      else console.error('[Cron] error in callback', error);
    };
    job.fireOnTick = async () => {
      if (this.closed) return;
      const run = this.record(name);
      current = run;
      await this.atRoot(tick);
      if (run.state === 'running') run.end('succeeded', this.clock.now());
    };
  }

  private record(name: string): LocalRun {
    const now = this.clock.now();
    const made = { jobId: name, task: name, cause: 'fired', payload: null, retryOf: null } as const;
    const when = { fireAt: now, createdAt: now, nodeId: this.nodeId(), priority: 0 };
    const run = this.ledger.insert({ ...made, ...when });
    run.begin(now);
    return run;
  }
}
