import { AuditController } from './audit.controller.js';
import { BulkController } from './bulk.controller.js';
import { CapabilitiesController } from './capabilities.controller.js';
import { ClusterController } from './cluster.controller.js';
import { EventsController } from './events/events.controller.js';
import { JobActionsController } from './job-actions.controller.js';
import { NodesController } from './nodes.controller.js';
import { RunsController } from './runs.controller.js';
import { SessionController } from './session.controller.js';
import { TasksController } from './tasks.controller.js';
import { TriggersController } from './triggers.controller.js';

/** What is served under the prefix, in the order in which its description tells it. */
export const API_CONTROLLERS = [
  ClusterController,
  TasksController,
  JobActionsController,
  BulkController,
  TriggersController,
  RunsController,
  NodesController,
  AuditController,
  EventsController,
  CapabilitiesController,
  SessionController,
];
