import type { EngineStore } from './store/engine-store.js';

/** What this node does. */
export const ROLES = ['scheduler', 'worker', 'api'] as const;
export type Role = (typeof ROLES)[number];

/** How the module is set up. Every option has a default but the database. */
export class TasksOptions {
  /** Connection URL of a PostgreSQL 14 or newer. */
  databaseUrl!: string;

  /**
   * A URL that keeps a session (LISTEN, advisory locks) when `databaseUrl` is a transaction
   * pooler. Default: `databaseUrl`, tested at the start.
   */
  directDatabaseUrl?: string;

  /** PostgreSQL schema of our tables; there is one scheduler for each schema. Default: `carillon`. */
  schema = 'carillon';

  /** `run` applies missing migrations at the start, `check` only waits for them. Default: `run`. */
  migrations: 'run' | 'check' = 'run';

  /** A label for people. Default: the host's name. */
  nodeName?: string;

  /** A label for people: the version of the host's code. Default: none. */
  version = '';

  /** What this node does: stand for leader, run jobs, serve HTTP. Default: all three. */
  roles: readonly Role[] = ROLES;

  /** How many runs this node works on at once. Default: 10. */
  concurrency = 10;

  /** How many connections the engine may open, besides the two that keep a session. Default: 10. */
  poolSize = 10;

  /** How long runs may go on after a stop before their signal is aborted, in ms. Default: 10 s. */
  shutdownGraceMs = 10_000;

  /** How long the leader's lease lasts, in ms. Default: 5 s. */
  leaseMs = 5_000;

  /** How often a node gives a sign of life, in ms. Default: 2 s. */
  heartbeatMs = 2_000;

  /** After so long a silence a node's runs are settled, in ms. Default: 10 s. */
  deadAfterMs = 10_000;

  /** How long finished runs are kept, in days. Default: 30. */
  retentionDays = 30;

  /** IANA zone of declared cron expressions that name none. Default: the process's own zone. */
  timeZone?: string;

  /** Whether a leader's death is noticed by its database session. Off: its lease must expire. */
  hint = true;

  /**
   * What must succeed before this node runs jobs, for instance connecting and migrating the
   * host's own database. It is called on one node at a time, and again with backoff when it
   * rejects. Default: nothing.
   */
  prepare: () => Promise<void> = () => Promise.resolve();

  /**
   * For tests that break things: puts something between the engine and its store, such as a delay, a
   * failure or a stop around a statement. Default: nothing.
   */
  intercept: (store: EngineStore) => EngineStore = (store) => store;
}
