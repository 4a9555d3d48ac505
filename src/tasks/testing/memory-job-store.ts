import {
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
  OverlappedError,
} from '../domain/errors.js';
import { rangeOf } from '../domain/fire-plan.js';
import type { Job, JobOrigin, NewJob } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import { storableJson } from '../domain/storable.js';
import { triggerOf } from '../domain/triggers/parse-trigger.js';
import {
  JobStore,
  type Declared,
  type DeclaredJob,
  type JobQuery,
  type RunNow,
} from '../store/job-store.js';
import type { Page } from '../store/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { anchored, definitionOf, firstFireOf, type JobDefinition } from './memory-declaration.js';
import { pageOf } from './memory-page.js';
import type { JobRow } from './memory-rows.js';
import { NEW_RUN } from './memory-runs.js';
import { runOf } from './memory-run-store.js';

export class MemoryJobStore extends JobStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async add(job: NewJob, origin: JobOrigin): Promise<Job> {
    const now = this.database.now();
    const trigger = anchored(job.trigger, now);
    const nextFireAt = triggerOf(trigger).next(now);
    if (nextFireAt === null) {
      throw new InvalidInputError('The job', [
        { pointer: '/trigger', message: `has no fire time after ${now.toISOString()}` },
      ]);
    }
    if (this.database.jobs.has(job.id)) throw new JobExistsError(job.id);
    const made = { paused: false, pauseReason: null, declaredHash: null, generation: null };
    this.insert({ ...job, ...made, name: job.name ?? job.id, trigger, origin }, nextFireAt);
    return this.read(job.id);
  }

  async declare(declared: DeclaredJob): Promise<Declared> {
    const now = this.database.now();
    const { lock } = this.database;
    const stored = this.database.jobs.get(declared.id) ?? null;
    const definition = definitionOf(declared, now, lock, stored);
    const nextFireAt = firstFireOf(declared, definition, now);
    if (stored === null) {
      this.insert(definition, nextFireAt);
      return 'created';
    }
    if (stored.origin !== 'declared') return 'taken';
    const unchanged = stored.declaredHash === declared.hash;
    const generation = lock.generationAt === null ? null : lock.generation;
    const armed = declared.trigger.type !== 'start' || stored.generation === generation;
    if (unchanged && armed) return 'unchanged';
    this.recordOverdue(stored, 'replaced');
    this.replace(stored, definition, nextFireAt);
    if (definition.paused) this.holdPending(declared.id);
    return unchanged ? 'restarted' : 'replaced';
  }

  async get(id: string): Promise<Job | null> {
    return this.database.jobs.has(id) ? this.read(id) : null;
  }

  async list(query: JobQuery): Promise<Page<Job>> {
    const jobs = [...this.database.jobs.values()]
      .filter((job) => fits(job, query))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(jobOf);
    return pageOf(
      jobs,
      query,
      ({ id }) => id,
      (job, id) => job.id > id,
    );
  }

  async pause(id: string, reason: string | null): Promise<Job> {
    const job = this.row(id);
    if (!job.paused) this.recordOverdue(job, 'paused');
    this.replace(job, { ...job, paused: true, pauseReason: reason }, null);
    this.holdPending(id);
    return this.read(id);
  }

  async resume(id: string): Promise<Job> {
    const job = this.row(id);
    if (!job.paused) return jobOf(job);
    const nextFireAt = triggerOf(job.trigger).next(this.database.now());
    this.replace(job, { ...job, paused: false, pauseReason: null }, nextFireAt);
    for (const run of this.database.runs.live(id)) {
      if (run.held === 'paused') this.database.runs.write({ ...run, held: null });
    }
    this.database.notify('runs');
    return this.read(id);
  }

  async remove(id: string): Promise<void> {
    this.recordOverdue(this.row(id), 'replaced');
    const { runs } = this.database;
    for (const run of runs.live(id)) {
      if (run.state !== 'pending') continue;
      runs.write({ ...run, state: 'cancelled', held: null, finishedAt: this.database.now() });
    }
    this.database.jobs.delete(id);
    this.database.notify('jobs');
  }

  async runNow(id: string, ask: RunNow): Promise<Run> {
    const job = this.row(id);
    const { runs, jobs } = this.database;
    const live = runs.live(id);
    const first = live[0];
    if (job.overlap === 'skip' && ask.overlap !== 'allow' && first) {
      if (live.length >= job.maxInstances) throw new OverlappedError(id, first.id);
    }
    const text = ask.payload === undefined ? undefined : storableJson(ask.payload);
    const asked = text === undefined ? {} : { payload: JSON.parse(text) as unknown };
    const { task, priority } = job;
    const at = this.database.now();
    jobs.set(id, { ...job, inserts: job.inserts + 1 });
    const what = { ...NEW_RUN, ...asked, jobId: id, task, priority } as const;
    const row = { ...what, cause: 'manual', state: 'pending' } as const;
    const run = runs.insert({ ...row, fireAt: at, runAt: at, createdAt: at });
    this.database.notify('runs');
    return runOf(run!);
  }

  private row(id: string): JobRow {
    const job = this.database.jobs.get(id);
    if (!job) throw new JobNotFoundError(id);
    return job;
  }

  private read(id: string): Job {
    return jobOf(this.row(id));
  }

  private insert(definition: JobDefinition, nextFireAt: Date | null): void {
    const now = this.database.now();
    this.database.jobs.set(definition.id, {
      ...definition,
      payload: JSON.parse(JSON.stringify(definition.payload ?? null)) as unknown,
      state: stateOf(definition, nextFireAt),
      nextFireAt,
      lastFireAt: null,
      revision: 1,
      inserts: 0,
      createdAt: now,
      updatedAt: now,
    });
    this.database.notify('jobs');
  }

  private replace(row: JobRow, definition: JobDefinition, nextFireAt: Date | null): void {
    this.database.jobs.set(row.id, {
      ...row,
      ...definition,
      state: stateOf(definition, nextFireAt),
      nextFireAt,
      revision: row.revision + 1,
      updatedAt: this.database.now(),
    });
    this.database.notify('jobs');
  }

  /** Records what was due under the plan and has not been fired, so that it does not vanish. */
  private recordOverdue(job: JobRow, reason: 'replaced' | 'paused'): void {
    const at = this.database.now();
    if (job.nextFireAt === null || job.nextFireAt > at) return;
    const until = new Date(at.getTime() + 1);
    const range = rangeOf(triggerOf(job.trigger), reason, job.nextFireAt, until);
    if (!range) return;
    this.database.runs.insert({
      ...NEW_RUN,
      jobId: job.id,
      task: job.task,
      cause: 'fired',
      state: 'skipped',
      reason,
      fireAt: range.to,
      runAt: range.to,
      coversFrom: range.from,
      coversTo: range.to,
      coversCount: range.count,
      createdAt: at,
      finishedAt: at,
    });
  }

  private holdPending(id: string): void {
    for (const run of this.database.runs.live(id)) {
      if (run.state !== 'pending' || run.cause !== 'fired') continue;
      this.database.runs.write({ ...run, held: 'paused' });
    }
  }
}

const stateOf = ({ paused }: JobDefinition, nextFireAt: Date | null) =>
  paused ? 'paused' : nextFireAt === null ? 'finished' : 'active';

/** A job as its users see it. */
function jobOf({ declaredHash: _hash, generation: _generation, inserts: _, ...job }: JobRow): Job {
  return job;
}

function fits(job: JobRow, { text, task, tag, state }: JobQuery): boolean {
  const sought = text?.toLowerCase() ?? '';
  return (
    (job.id.toLowerCase().includes(sought) || job.name.toLowerCase().includes(sought)) &&
    (task === undefined || job.task === task) &&
    (tag === undefined || job.tags.includes(tag)) &&
    (state === undefined || job.state === state)
  );
}
