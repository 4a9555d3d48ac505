import { JobPlanEntity } from './job-plan.entity.js';
import { JobEntity } from './job.entity.js';
import { LeaderLockEntity } from './leader-lock.entity.js';
import { NodeEntity } from './node.entity.js';
import { RunEntity } from './run.entity.js';

/** What our own data source knows. */
export const tasksEntities = [JobEntity, JobPlanEntity, RunEntity, NodeEntity, LeaderLockEntity];
