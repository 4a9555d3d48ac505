export { tasksEntities } from './entities.js';
export { migrate } from './migrate.js';
export { tasksMigrations } from './migrations/index.js';
