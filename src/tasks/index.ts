export { Clock } from './domain/clock.js';
export {
  DuplicateJobError,
  IdempotencyConflictError,
  HostDatabaseError,
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
  NodeNotFoundError,
  NodesSilentError,
  NotInLocalModeError,
  OverlappedError,
  RevisionConflictError,
  RunNotFoundError,
  TasksError,
  UnavailableError,
  UnknownTaskError,
  WrongStateError,
  type Issue,
} from './domain/errors.js';
export type { TasksEvent, TasksEventName, TasksEventOf, TasksEvents } from './domain/events.js';
export type { ConfiguredJobInput, JobOverrideInput } from './domain/configured-job.js';
export type {
  Coalesce,
  Job,
  JobOrigin,
  JobPatchInput,
  JobPolicy,
  JobState,
  NewJobInput,
  OnCrash,
  Overlap,
  Retry,
} from './domain/job.js';
export type {
  Progress,
  Run,
  RunAttempt,
  RunCause,
  RunError,
  RunLine,
  RunState,
  SkipReason,
} from './domain/run.js';
export { describe as describeTrigger } from './triggers/words/describe.js';
export { fireTimes, type FireTime, type FireTimesQuery } from './triggers/fire-times.js';
export { parseTrigger, type TriggerOptions } from './triggers/parse-trigger.js';
export type { TriggerSpec } from './triggers/trigger-spec.js';
export type { Trigger } from './triggers/trigger.js';
export type { AddedJob, AddedJobs, RefusedJob } from './service/add-jobs.js';
export type { JobHandle } from './service/job-handle.js';
export type { BackfillInput } from './service/job-input.js';
export type { Why, WhyState } from './domain/why/answer.js';
export { LateTasks } from './node/late-tasks.js';
export { NodeStatus } from './node/node-status.js';
export { TaskContext, type TaskLogger, type ThreadEntry } from './registry/task-context.js';
export { configuredJobIssues } from './registry/configured-jobs.js';
export type { TaskHandler } from './registry/task-context.js';
export { Task, TaskOptions } from './registry/task.decorator.js';
export {
  Schedule,
  type RunAtStart,
  type ScheduleOptions,
  type ScheduleTrigger,
} from './registry/schedule.decorator.js';
export type {
  AuditQuery,
  AuditRow,
  ClusterState,
  ClusterStats,
  LeaderInfo,
  LeaderTerm,
  NodeInfo,
} from './store/cluster-store.js';
export { runFields, type RunFields } from './runner/run-fields.js';
export type { ThreadRun } from './runner/runner-options.js';
export type { EngineStore } from './store/engine-store.js';
export type { ChangeOptions, JobQuery } from './store/job-store.js';
export type { Backfilled, Conflict, Misses, PauseJob, RunNow } from './domain/job-requests.js';
export type { Page } from './store/page.js';
export type { RunQuery } from './store/run-store.js';
export type { TasksEventListener } from './service/task-events.js';
export {
  TasksModule,
  type TasksModuleAsyncOptions,
  type TasksModuleOptions,
  type TasksOptionsFactory,
} from './tasks.module.js';
export { ROLES, TasksOptions, type Role } from './tasks.options.js';
export type { TaskInfo } from './service/task-catalogue.js';
export { TasksService, type AddOptions } from './service/tasks.service.js';
