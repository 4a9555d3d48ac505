import { SCHEMA_VERSION } from '../store/postgres/migrations/index.js';
import type { NodeIdentity } from '../store/node-roster.js';
import type { NodeVitals } from '../store/node-roster.js';
import type { TasksOptions } from '../tasks.options.js';
import type { Declarations } from './declarations.js';
import type { NodeStatus } from './node-status.js';

/** Who a node is from now on. What it declares is read anew for each sign of life. */
export function nodeIdentity(
  { id, name }: NodeStatus,
  { version, roles, concurrency }: TasksOptions,
  declarations: Declarations,
  vitals: () => NodeVitals,
): NodeIdentity {
  return {
    id,
    name,
    version,
    roles,
    slots: roles.includes('worker') ? concurrency : 0,
    schemaVersion: SCHEMA_VERSION,
    get vitals() {
      return vitals();
    },
    get tasks() {
      return declarations.advertised.tasks;
    },
    get jobs() {
      return declarations.advertised.jobs;
    },
  };
}
