export { API_ROLES, parseApiKey, type ApiKey, type ApiRole } from './api-key.js';
export type { Caller } from './caller.js';
export type { JobJson } from './job.dto.js';
export type { RunJson } from './run.dto.js';
export { TasksErrorFilter } from './tasks-error.filter.js';
export { TasksHealthModule } from './tasks-health.module.js';
export { TasksHttpModule } from './tasks-http.module.js';
export { TasksHttpOptions } from './tasks-http.options.js';
