import { JobExistsError, OverlappedError } from '../domain/errors.js';
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
import { declaredJob, newJob, replanFrom } from '../store/job-definition.js';
import type { Page } from '../store/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { MemoryJobWriter } from './memory-job-writer.js';
import { pageAfter } from './memory-page.js';
import type { JobRow } from './memory-rows.js';
import { runOf } from './memory-run-store.js';
import { NEW_RUN } from './memory-runs.js';

/** Jobs as users and declarations change them. */
export class MemoryJobStore extends JobStore {
  private readonly writer: MemoryJobWriter;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.writer = new MemoryJobWriter(database);
  }

  async add(job: NewJob, origin: JobOrigin): Promise<Job> {
    const { definition, nextFireAt } = newJob(job, origin, this.database.now());
    if (this.database.jobs.has(job.id)) throw new JobExistsError(job.id);
    this.writer.insert(definition, nextFireAt);
    return this.read(job.id);
  }

  async declare(declared: DeclaredJob): Promise<Declared> {
    const { lock, jobs } = this.database;
    const stored = jobs.get(declared.id) ?? null;
    const now = this.database.now();
    const from = stored ? replanFrom(stored, now) : now;
    const generation = lock.generationAt && {
      generation: String(lock.generation),
      startedAt: lock.generationAt,
    };
    const { definition, nextFireAt } = declaredJob(declared, from, generation, stored);
    if (stored === null) {
      this.writer.insert(definition, nextFireAt);
      return 'created';
    }
    if (stored.origin !== 'declared') return 'taken';
    const unchanged = stored.declaredHash === declared.hash;
    const armed = declared.trigger.type !== 'start' || stored.generation === generation?.generation;
    if (unchanged && armed) return 'unchanged';
    this.writer.recordOverdue(stored, 'replaced');
    this.writer.replace(stored, definition, nextFireAt);
    if (definition.paused) this.writer.holdPending(declared.id);
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
    const isAfter = (job: Job, id: string) => job.id > id;
    return pageAfter(jobs, query, ({ id }) => id, isAfter);
  }

  async pause(id: string, reason: string | null): Promise<Job> {
    const job = this.writer.row(id);
    if (!job.paused) this.writer.recordOverdue(job, 'paused');
    this.writer.replace(job, { ...job, paused: true, pauseReason: reason }, null);
    this.writer.holdPending(id);
    return this.read(id);
  }

  async resume(id: string): Promise<Job> {
    const job = this.writer.row(id);
    if (!job.paused) return jobOf(job);
    const nextFireAt = triggerOf(job.trigger).next(replanFrom(job, this.database.now()));
    this.writer.replace(job, { ...job, paused: false, pauseReason: null }, nextFireAt);
    this.writer.releasePending(id);
    return this.read(id);
  }

  async remove(id: string): Promise<void> {
    this.writer.recordOverdue(this.writer.row(id), 'replaced');
    this.writer.delete(id);
  }

  async runNow(id: string, ask: RunNow): Promise<Run> {
    const job = this.writer.row(id);
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

  private read(id: string): Job {
    return jobOf(this.writer.row(id));
  }
}

/** A job as its users see it. */
function jobOf({
  declaredHash: _hash,
  generation: _generation,
  inserts: _inserts,
  ...job
}: JobRow): Job {
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
