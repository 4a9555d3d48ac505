export { TasksDashboardModule } from './tasks-dashboard.module.js';
export { TasksDashboardOptions } from './tasks-dashboard.options.js';
