import {
  JobExistsError,
  JobNotFoundError,
  NotInLocalModeError,
  OverlappedError,
} from '../domain/errors.js';
import type { Job, JobOrigin, JobPatch, NewJob } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import { encodeDated } from '../store/cursor.js';
import { isAskedFor } from '../store/job-query.js';
import { JobStore, type Added, type ChangeOptions, type JobQuery } from '../store/job-store.js';
import type { Conflict, PauseJob, RunNow } from '../domain/job-requests.js';
import { anchored, firstOf } from '../domain/job-trigger.js';
import type { Page } from '../store/page.js';
import type { LocalJob } from './local-job.js';
import type { LocalNode } from './local-node.js';
import { localPage } from './local-page.js';

/** The jobs of one process, as users change them. */
export class LocalJobStore extends JobStore {
  constructor(private readonly node: LocalNode) {
    super();
  }

  async add(
    job: NewJob,
    origin: JobOrigin,
    conflict: Conflict = 'error',
    by: ChangeOptions = {},
  ): Promise<Added> {
    refuseManager(by);
    if (by.idempotencyKey !== undefined) throw new NotInLocalModeError('An idempotency key');
    if (job.transactional) throw new NotInLocalModeError('A transactional job');
    const known = this.node.jobs.get(job.id);
    if (known && conflict === 'keep') return { job: known.toJob(), created: false };
    if (known && conflict === 'error') throw new JobExistsError(job.id);
    const now = this.node.clock.now();
    const { paused, name = job.id, ...rest } = job;
    const trigger = anchored(job.trigger, now, job.id);
    firstOf(trigger, now, job.id);
    if (known) this.node.remove(known);
    const added = this.node.add({ ...rest, name, trigger, origin });
    if (paused) added.pause(null, now);
    else added.timer?.resume();
    return { job: added.toJob(), created: !known };
  }

  declare(): never {
    throw new NotInLocalModeError('Declaring a job in a store');
  }

  async get(id: string): Promise<Job | null> {
    return this.node.jobs.get(id)?.toJob() ?? null;
  }

  async list(query: JobQuery): Promise<Page<Job>> {
    const jobs = [...this.node.jobs.values()]
      .map((job) => job.toJob())
      .filter((job) => isAskedFor(job, query));
    const keyOf = (job: Job) =>
      query.order === 'nextFireAt' ? encodeDated(job.nextFireAt, job.id) : job.id;
    jobs.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return localPage(jobs, query, keyOf);
  }

  async modify(id: string, patch: JobPatch, by: ChangeOptions = {}): Promise<Job> {
    refuseManager(by);
    const job = this.job(id);
    if (patch.transactional) throw new NotInLocalModeError('A transactional job');
    if (patch.trigger) throw new NotInLocalModeError('Giving a job another trigger');
    const given = Object.entries(patch).filter(([, value]) => value !== undefined);
    job.definition = {
      ...job.definition,
      ...(Object.fromEntries(given) as Partial<LocalJob['definition']>),
    };
    job.touch(this.node.clock.now());
    return job.toJob();
  }

  /** There, a `CronJob` has a timer of its own, which is told. */
  retime(): never {
    throw new NotInLocalModeError('Giving a job another trigger');
  }

  reset(): never {
    throw new NotInLocalModeError('Going back to what a declaration says');
  }

  async pause(
    id: string,
    { reason = null, until }: PauseJob = {},
    by: ChangeOptions = {},
  ): Promise<Job> {
    refuseManager(by);
    if (until) throw new NotInLocalModeError('A pause that ends by itself');
    const job = this.job(id);
    job.timer?.pause();
    job.pause(reason, this.node.clock.now());
    return job.toJob();
  }

  async resume(id: string, _misses: unknown, by: ChangeOptions = {}): Promise<Job> {
    refuseManager(by);
    const job = this.job(id);
    if (!job.paused) return job.toJob();
    job.resume(this.node.clock.now());
    job.timer?.resume();
    return job.toJob();
  }

  async remove(id: string, by: ChangeOptions = {}): Promise<void> {
    refuseManager(by);
    this.node.remove(this.job(id));
  }

  async removeAll(by: ChangeOptions = {}): Promise<number> {
    refuseManager(by);
    const made = [...this.node.jobs.values()].filter((job) => job.definition.origin === 'api');
    for (const job of made) this.node.remove(job);
    return made.length;
  }

  async runNow(id: string, ask: RunNow, by: ChangeOptions = {}): Promise<Run> {
    refuseManager(by);
    if (ask.idempotencyKey !== undefined) throw new NotInLocalModeError('An idempotency key');
    const job = this.job(id);
    const { payload, overlap } = ask;
    const cause = 'manual';
    const fired = this.node.gate.fire(job, this.node.clock.now(), { cause, payload, overlap });
    if (fired === null) throw new NotInLocalModeError('A run after the process has begun to stop');
    const [live] = job.live;
    if (fired.run.state === 'skipped') throw new OverlappedError(id, live?.made.id ?? '');
    return fired.run.toRun();
  }

  backfill(): never {
    throw new NotInLocalModeError('A backfill');
  }

  private job(id: string): LocalJob {
    const job = this.node.jobs.get(id);
    if (!job) throw new JobNotFoundError(id);
    return job;
  }
}

/** There is no transaction that a change could become a part of. */
function refuseManager({ manager }: ChangeOptions): void {
  if (manager) throw new NotInLocalModeError('A change inside a transaction');
}
