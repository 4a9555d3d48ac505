import {
  IdempotencyConflictError,
  JobExistsError,
  RunNotFoundError,
} from '../../../domain/errors.js';
import type { Job, JobOrigin, JobPatch, NewJob } from '../../../domain/job.js';
import type { Run } from '../../../domain/run.js';
import { storableJson } from '../../../domain/storable.js';
import type { TriggerSpec } from '../../../triggers/trigger-spec.js';
import { placeBackfill, planBackfill } from '../../../domain/backfill-plan.js';
import { encodeDated } from '../../cursor.js';
import { firstDeclared, redeclared, type Generation } from '../../../domain/declaration.js';
import { paused, resumed, undealt } from '../../../domain/job-changes.js';
import { jobOf, newJob, type JobChange, type StoredJob } from '../../../domain/job-definition.js';
import { modified, reset, retimed, supplanted } from '../../../domain/job-edits.js';
import { isAskedFor } from '../../job-query.js';
import { JobStore, type Added, type ChangeOptions, type JobQuery } from '../../job-store.js';
import type {
  Backfill,
  Backfilled,
  Conflict,
  Misses,
  PauseJob,
  RunNow,
} from '../../../domain/job-requests.js';
import type { Declared, DeclaredJob } from '../../../domain/declared-job.js';
import type { Page } from '../../page.js';
import { whyUnreadable } from '../../../domain/unreadable.js';
import type { MemoryDatabase } from '../database.js';
import { MemoryJobWriter } from './job-writer.js';
import { insertRun, standingFor, standingOf } from '../runs/run-now.js';
import { pageAfter } from '../page.js';
import type { JobRow } from '../rows.js';
import { runOf } from '../runs/run-store.js';
import { NEW_RUN } from '../runs/run-rows.js';

/** Each step of priority lets what is live go first. */
const BEHIND_LIVE = 1;

/** Jobs as users and declarations change them. It keeps no audit. */
export class MemoryJobStore extends JobStore {
  private readonly writer: MemoryJobWriter;
  private readonly answers = new Map<string, { request: string; runId: string }>();
  private readonly made = new Map<string, { request: string; jobId: string }>();
  private backfills = 0;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.writer = new MemoryJobWriter(database);
  }

  async add(
    job: NewJob,
    origin: JobOrigin,
    conflict: Conflict = 'error',
    by: ChangeOptions = {},
  ): Promise<Added> {
    const { idempotencyKey: key } = by;
    if (key === undefined) return this.put(job, origin, conflict, by);
    const request = JSON.stringify({ job, origin, conflict });
    const known = this.made.get(key);
    if (known === undefined) {
      const added = this.put(job, origin, conflict, by);
      this.made.set(key, { request, jobId: job.id });
      return added;
    }
    if (known.request !== request) throw new IdempotencyConflictError(key);
    return { job: this.read(known.jobId), created: true };
  }

  private put(
    job: NewJob,
    origin: JobOrigin,
    conflict: Conflict,
    { ifRevision }: ChangeOptions,
  ): Added {
    if (ifRevision !== undefined) this.writer.row(job.id, ifRevision);
    const now = this.database.now();
    const made = newJob(job, origin, now);
    const created = !this.database.jobs.has(job.id);
    if (created) this.writer.insert(made);
    else if (conflict === 'error') throw new JobExistsError(job.id);
    else if (conflict === 'replace') {
      const before = this.writer.row(job.id, ifRevision);
      this.writer.apply(before, supplanted(before, job, origin, now));
    }
    return { job: this.read(job.id), created };
  }

  async declare(declared: DeclaredJob, nodeId: string): Promise<Declared> {
    const now = this.database.now();
    const generation = this.generation();
    const job = this.database.jobs.get(declared.id);
    if (job === undefined) {
      this.writer.insert(firstDeclared(declared, now, generation));
      return 'created';
    }
    const others = this.othersDeclare(job, nodeId);
    const { outcome, change } = redeclared(job, declared, now, generation, others);
    if (change) this.writer.apply(job, change);
    return outcome;
  }

  async get(id: string): Promise<Job | null> {
    return this.database.jobs.has(id) ? this.read(id) : null;
  }

  async list(query: JobQuery): Promise<Page<Job>> {
    const jobs = [...this.database.jobs.values()].filter((job) => isAskedFor(job, query)).map(seen);
    const keyOf = (job: Job) =>
      query.order === 'nextFireAt' ? encodeDated(job.nextFireAt, job.id) : job.id;
    jobs.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return pageAfter(jobs, query, keyOf, (job, key) => keyOf(job) > key);
  }

  modify(id: string, patch: JobPatch, by: ChangeOptions = {}): Promise<Job> {
    return this.edit(id, by, (job, now) => modified(job, patch, now));
  }

  retime(id: string, trigger: TriggerSpec, by: ChangeOptions = {}): Promise<Job> {
    const generation = this.generation()?.generation ?? null;
    return this.edit(id, by, (job, now) => retimed(job, trigger, generation, now));
  }

  reset(id: string, by: ChangeOptions = {}): Promise<Job> {
    return this.edit(id, by, reset);
  }

  pause(id: string, pause: PauseJob = {}, by: ChangeOptions = {}): Promise<Job> {
    return this.edit(id, by, (job, now) => paused(job, pause, now));
  }

  resume(id: string, misses: Misses = 'skip', by: ChangeOptions = {}): Promise<Job> {
    return this.edit(id, by, (job, now) => (job.paused ? resumed(job, misses, now) : null));
  }

  async remove(id: string, { ifRevision }: ChangeOptions = {}): Promise<void> {
    const job = this.writer.row(id, ifRevision);
    this.writer.delete(job, undealt(job, this.database.now(), 'replaced'));
  }

  async removeAll(): Promise<number> {
    const jobs = [...this.database.jobs.values()].filter(({ origin }) => origin === 'api');
    for (const { id } of jobs) await this.remove(id);
    return jobs.length;
  }

  async runNow(id: string, ask: RunNow = {}): Promise<Run> {
    const { idempotencyKey: key, payload, overlap } = ask;
    const request = JSON.stringify({ payload, overlap });
    const scope = JSON.stringify([id, key]);
    const known = key === undefined ? undefined : this.answers.get(scope);
    if (known && known.request !== request) throw new IdempotencyConflictError(key!);
    const runId = known?.runId ?? this.insertRun(id, ask);
    if (key !== undefined) this.answers.set(scope, { request, runId });
    const run = this.database.runs.get(runId);
    if (!run) throw new RunNotFoundError(runId);
    return runOf(run);
  }

  async backfill(id: string, ask: Backfill): Promise<Backfilled> {
    const job = this.writer.row(id);
    const now = this.database.now();
    const { fireTimes, more } = planBackfill(job, ask, now);
    const policy = { ...job, overlap: ask.overlap };
    const stand = ask.dryRun || fireTimes.length === 0 ? standingOf : standingFor;
    const fates = placeBackfill(job, ask, stand(this.database, id, policy), fireTimes.length);
    const skipped = fates.filter((fate) => fate === 'overlapped').length;
    if (ask.dryRun || fireTimes.length === 0) return { backfillId: null, fireTimes, skipped, more };
    const backfillId = `00000000-0000-4000-9000-${String(++this.backfills).padStart(12, '0')}`;
    const what = { ...this.newRun(job, now), backfillId, cause: 'backfill' } as const;
    for (const [index, fireAt] of fireTimes.entries()) {
      const fate = fates[index];
      const refused = fate === 'overlapped';
      this.database.runs.insert({
        ...what,
        fireAt,
        priority: job.priority + BEHIND_LIVE,
        state: refused ? 'skipped' : 'pending',
        reason: refused ? 'overlapped' : null,
        held: fate === 'waits' ? 'buffered' : null,
        finishedAt: refused ? now : null,
      });
    }
    this.database.notify('runs');
    this.database.notify('slots');
    return { backfillId, fireTimes, skipped, more };
  }

  private insertRun(id: string, ask: RunNow): string {
    const text = ask.payload === undefined ? undefined : storableJson(ask.payload);
    const payload = text === undefined ? {} : { payload: JSON.parse(text) as unknown };
    const asked = { cause: 'manual', retryOf: null, ...payload } as const;
    return insertRun(this.database, this.writer.row(id), asked, ask.overlap).id;
  }

  /** A run that no trigger named; that there is one is seen by a fire that counted without it. */
  private newRun(job: JobRow, at: Date) {
    this.database.jobs.set(job.id, { ...job, inserts: job.inserts + 1 });
    const { id: jobId, task, priority } = job;
    return { ...NEW_RUN, jobId, task, priority, fireAt: at, runAt: at, createdAt: at };
  }

  /** Null: the cluster has never started. */
  private generation(): Generation | null {
    const { generation, generationAt } = this.database.lock;
    return generationAt && { generation: String(generation), startedAt: generationAt };
  }

  private othersDeclare(job: JobRow, nodeId: string): boolean {
    return [...this.database.nodes.values()].some(
      (node) =>
        node.id !== nodeId &&
        this.database.isAlive(node) &&
        job.declaredHash !== null &&
        { ...node.tasks, ...node.jobs }[job.id] === job.declaredHash,
    );
  }

  private async edit(
    id: string,
    { ifRevision }: ChangeOptions,
    decide: (job: StoredJob, now: Date) => JobChange | null,
  ): Promise<Job> {
    const job = this.writer.row(id, ifRevision);
    const change = decide(job, this.database.now());
    if (change) this.writer.apply(job, change);
    return this.read(id);
  }

  private read(id: string): Job {
    return seen(this.writer.row(id));
  }
}

/** A job as its users see it. */
function seen({ inserts: _inserts, ...job }: JobRow): Job {
  return jobOf(whyUnreadable(job) === null ? job : { ...job, state: 'unreadable' });
}
