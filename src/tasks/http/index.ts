export { API_ROLES, parseApiKey, type ApiKey, type ApiRole } from './api-key.js';
export type { Caller } from './access/caller.js';
export type { JobJson } from './jobs/job.dto.js';
export type { RunJson } from './runs/run.dto.js';
export { TasksErrorFilter } from './protocol/tasks-error.filter.js';
export { TasksHealthModule } from './cluster/tasks-health.module.js';
export { TasksHttpModule } from './tasks-http.module.js';
export { TasksHttpOptions } from './tasks-http.options.js';
