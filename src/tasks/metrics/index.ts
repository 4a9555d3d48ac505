export { TasksMetrics } from './tasks-metrics.js';
export { TasksMetricsModule } from './tasks-metrics.module.js';
export { TasksMetricsOptions } from './tasks-metrics.options.js';
