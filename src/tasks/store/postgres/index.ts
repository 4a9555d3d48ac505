export { tasksEntities } from './entities/index.js';
export { migrate } from './migrate.js';
export { tasksMigrations } from './migrations/index.js';
