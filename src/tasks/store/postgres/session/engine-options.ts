import type { CareOptions } from '../../../domain/care-decision.js';
import type { Clock } from '../../../domain/clock.js';
import type { Log } from '../../../domain/log.js';
import type { NodeIdentity } from '../../node-roster.js';
import type { ClockShift } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { Connections } from './connections.js';
import type { PostgresAccess } from './probe-server.js';

/** What the engine's statements are run with. */
export interface PostgresStoreOptions extends CareOptions {
  readonly schema: SchemaName;
  readonly node: NodeIdentity;
  /** For ordinary statements. */
  readonly pooled: PostgresAccess;
  /** For the two connections that keep a session, if it can. */
  readonly direct: PostgresAccess;
  readonly poolSize: number;
  readonly leaseMs: number;
  /** Whether the death of a leader's session may be waited for. */
  readonly hint: boolean;
  readonly shift: ClockShift;
  readonly clock: Clock;
  /** Says what the care for jobs has done. */
  readonly log: Log;
  /** What is opened is among them. Default: nobody lets it go. */
  readonly connections?: Connections;
}
