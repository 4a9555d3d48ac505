import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Job } from '../../domain/job.js';
import type { TriggerSpec } from '../../domain/triggers/trigger-spec.js';
import { JobPlanEntity } from './entities/job-plan.entity.js';
import { JobEntity } from './entities/job.entity.js';

/** A job with its plan, as it is read. */
export type JobRow = JobEntity & { plan: JobPlanEntity };

export function selectJobs(manager: EntityManager): SelectQueryBuilder<JobEntity> {
  return manager
    .createQueryBuilder(JobEntity, 'job')
    .innerJoinAndMapOne('job.plan', JobPlanEntity, 'plan', 'plan.jobId = job.id');
}

export function jobOf(row: JobRow): Job {
  const { misfireGraceMs, plan } = row;
  return {
    id: row.id,
    name: row.name,
    task: row.task,
    payload: row.payload,
    trigger: row.trigger as TriggerSpec,
    tags: row.tags,
    misfireGraceMs: misfireGraceMs === null ? null : Number(misfireGraceMs),
    coalesce: row.coalesce,
    overlap: row.overlap,
    maxInstances: row.maxInstances,
    priority: row.priority,
    origin: row.origin,
    state: row.state,
    paused: row.paused,
    pauseReason: row.pauseReason,
    nextFireAt: plan.nextFireAt,
    lastFireAt: plan.lastFireAt,
    revision: row.revision,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
