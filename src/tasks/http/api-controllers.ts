import { AuditController } from './cluster/audit.controller.js';
import { BulkController } from './jobs/bulk.controller.js';
import { CapabilitiesController } from './cluster/capabilities.controller.js';
import { ClusterController } from './cluster/cluster.controller.js';
import { EventsController } from './events/events.controller.js';
import { ForecastController } from './jobs/forecast.controller.js';
import { JobActionsController } from './jobs/job-actions.controller.js';
import { JobRunsController } from './jobs/job-runs.controller.js';
import { NodesController } from './cluster/nodes.controller.js';
import { ProblemsController } from './cluster/problems.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { SettingsController } from './cluster/settings.controller.js';
import { SessionController } from './access/session.controller.js';
import { StatsController } from './cluster/stats.controller.js';
import { TasksController } from './jobs/tasks.controller.js';
import { TriggersController } from './jobs/triggers.controller.js';

/** What is served under the prefix, in the order in which its description tells it. */
export const API_CONTROLLERS = [
  ClusterController,
  StatsController,
  ProblemsController,
  TasksController,
  JobActionsController,
  JobRunsController,
  BulkController,
  TriggersController,
  ForecastController,
  RunsController,
  NodesController,
  SettingsController,
  AuditController,
  EventsController,
  CapabilitiesController,
  SessionController,
];
