export { Clock } from './domain/clock.js';
export {
  DuplicateJobError,
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
  OverlappedError,
  RunNotFoundError,
  TasksError,
  UnavailableError,
  UnknownTaskError,
  type Issue,
} from './domain/errors.js';
export type {
  Coalesce,
  Job,
  JobOrigin,
  JobPolicy,
  JobState,
  NewJobInput,
  Overlap,
} from './domain/job.js';
export type { Run, RunCause, RunError, RunState, SkipReason } from './domain/run.js';
export { describe as describeTrigger } from './domain/triggers/describe.js';
export { fireTimes, type FireTime, type FireTimesQuery } from './domain/triggers/fire-times.js';
export { parseTrigger, type TriggerOptions } from './domain/triggers/parse-trigger.js';
export type { TriggerSpec } from './domain/triggers/trigger-spec.js';
export type { Trigger } from './domain/triggers/trigger.js';
export { NodeStatus } from './node-status.js';
export { TaskContext } from './registry/task-context.js';
export type { TaskHandler } from './registry/task-registry.js';
export { Task, TaskOptions } from './registry/task.decorator.js';
export type { ClusterState, LeaderInfo, LeaderTerm, NodeInfo } from './store/cluster-store.js';
export type { EngineStore } from './store/engine-store.js';
export type { JobQuery, RunNow } from './store/job-store.js';
export type { Page } from './store/page.js';
export type { RunQuery } from './store/run-store.js';
export {
  TasksModule,
  type TasksModuleAsyncOptions,
  type TasksModuleOptions,
} from './tasks.module.js';
export { ROLES, TasksOptions, type Role } from './tasks.options.js';
export { TasksService, type TaskInfo } from './tasks.service.js';
