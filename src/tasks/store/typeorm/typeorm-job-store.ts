import type { EntityManager } from 'typeorm';
import { JobExistsError } from '../../domain/errors.js';
import type { Job, JobOrigin, NewJob } from '../../domain/job.js';
import type { Run } from '../../domain/run.js';
import { triggerOf } from '../../domain/triggers/parse-trigger.js';
import type { ClockShift } from '../database-time.js';
import { newJob, replanFrom, type JobDefinition } from '../job-definition.js';
import {
  JobStore,
  type Declared,
  type DeclaredJob,
  type JobQuery,
  type RunNow,
} from '../job-store.js';
import type { Page } from '../page.js';
import type { SchemaName } from '../schema-name.js';
import { declareJob } from './declare-job.js';
import { JobEntity } from './entities/job.entity.js';
import { jobOf, selectJobs, type JobRow } from './job-row.js';
import { JobWriter } from './job-writer.js';
import { listJobs } from './list-jobs.js';
import { runNow } from './run-now.js';
import type { TasksDatabase } from './tasks-database.js';

export class TypeormJobStore extends JobStore {
  constructor(
    private readonly database: TasksDatabase,
    private readonly schema: SchemaName,
    private readonly shift: ClockShift,
  ) {
    super();
  }

  add(job: NewJob, origin: JobOrigin): Promise<Job> {
    return this.change(async (writer) => {
      const { definition, nextFireAt } = newJob(job, origin, await writer.now());
      if (!(await writer.insert(definition, nextFireAt))) throw new JobExistsError(job.id);
      await writer.notify('jobs');
      return writer.read(job.id);
    });
  }

  declare(job: DeclaredJob): Promise<Declared> {
    return this.change(async (writer, manager) => {
      const declared = await declareJob(manager, writer, job);
      if (declared !== 'unchanged') await writer.notify('jobs');
      return declared;
    });
  }

  get(id: string): Promise<Job | null> {
    return this.database.use(async (manager) => {
      const row = await selectJobs(manager).where('job.id = :id', { id }).getOne();
      return row && jobOf(row as JobRow);
    });
  }

  list(query: JobQuery): Promise<Page<Job>> {
    return this.database.use((manager) => listJobs(manager, query));
  }

  pause(id: string, reason: string | null): Promise<Job> {
    return this.change(async (writer, manager) => {
      const job = await writer.lock(id);
      const now = await writer.now();
      if (!job.paused) await writer.recordOverdue(job, now, 'paused');
      await writer.replace(
        { ...(await stored(manager, job)), paused: true, pauseReason: reason },
        null,
      );
      await writer.holdPending(id);
      await writer.notify('jobs');
      return writer.read(id);
    });
  }

  resume(id: string): Promise<Job> {
    return this.change(async (writer, manager) => {
      const job = await writer.lock(id);
      if (!job.paused) return job;
      const now = await writer.now();
      await writer.replace(
        { ...(await stored(manager, job)), paused: false, pauseReason: null },
        triggerOf(job.trigger).next(replanFrom(job, now)),
      );
      await writer.releasePending(id);
      await writer.notify('jobs');
      await writer.notify('runs');
      return writer.read(id);
    });
  }

  remove(id: string): Promise<void> {
    return this.change(async (writer) => {
      const job = await writer.lock(id);
      await writer.recordOverdue(job, await writer.now(), 'replaced');
      await writer.delete(id);
      await writer.notify('jobs');
    });
  }

  runNow(id: string, ask: RunNow): Promise<Run> {
    return this.change((writer, manager) => runNow(manager, writer, this.schema, id, ask));
  }

  private change<T>(body: (writer: JobWriter, manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction((manager) =>
      body(new JobWriter(manager, this.schema, this.shift), manager),
    );
  }
}

/** What a job's row says beyond what users see of it. */
async function stored(manager: EntityManager, job: Job): Promise<JobDefinition> {
  const { declaredHash, generation } = await manager.findOneByOrFail(JobEntity, { id: job.id });
  return { ...job, declaredHash, generation };
}
