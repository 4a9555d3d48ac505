import type { DataSource } from 'typeorm';
import { SECRET_KEYS } from './domain/redact.js';
import type { ConfiguredJobInput, JobOverrideInput } from './domain/configured-job.js';

/** What this node does. */
export const ROLES = ['scheduler', 'worker', 'api'] as const;
export type Role = (typeof ROLES)[number];

/** How the module is set up. Every option has a default but the database. */
export class TasksOptions {
  /**
   * `postgres` for a cluster. `memory` for one process that forgets everything: timers of its own,
   * handlers called synchronously, for development and the unit tests of a host. Default: `postgres`.
   */
  store: 'postgres' | 'memory' = 'postgres';

  /** Whether the store `memory` may be used although NODE_ENV is `production`. Default: no. */
  allowMemoryStore = false;

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

  /** A job that no live worker knows for so long becomes an orphan, in ms. Default: 15 min. */
  orphanAfterMs = 900_000;

  /**
   * How long a call waits that comes before the database was reached for the first time, in ms.
   * Default: 30 s.
   */
  startTimeoutMs = 30_000;

  /** How long finished runs are kept, in days. Default: 30. */
  retentionDays = 30;

  /**
   * The host's own data source, or the name under which it gave it to TypeOrmModule: handlers get its
   * entity manager, and transactional runs happen in its transactions. For those it must use the
   * database of `databaseUrl`. It gets none of our entities or migrations. Default: the host's default.
   */
  dataSource?: DataSource | string;

  /**
   * What stands under a key that one of these finds is not kept of results and thrown objects.
   * Default: keys that speak of passwords, secrets, tokens, keys of APIs and cookies.
   */
  redact: readonly RegExp[] = SECRET_KEYS;

  /** IANA zone of declared cron expressions that name none. Default: the process's own zone. */
  timeZone?: string;

  /** Jobs that are declared here instead of in code, each for a task that some node knows. Default: none. */
  jobs: readonly ConfiguredJobInput[] = [];

  /**
   * What is to be otherwise of jobs that decorators declare, by their ids, such as
   * `{ 'Reports.daily': { trigger: { type: 'cron', expression: '0 7 * * *' } } }`. Default: nothing.
   */
  overrides: Readonly<Record<string, JobOverrideInput>> = {};

  /** Whether a leader's death is noticed by its database session. Off: its lease must expire. */
  hint = true;

  /**
   * What must succeed before this node runs jobs, for instance connecting and migrating the
   * host's own database. It is called on one node at a time, and again with backoff when it
   * rejects. Default: nothing.
   */
  prepare: () => Promise<void> = () => Promise.resolve();

  /**
   * What must have come before this node takes part, such as that the application listens: what is asked for by
   * others then finds a node that answers. The application does not wait for it. Default: nothing.
   */
  beginsAfter?: Promise<unknown>;

  /**
   * Whether the engine has a thread of its own, so that what blocks this process's event loop delays no fire
   * and does not make the node look dead. Off, it works on the main thread, as it does where no thread can load the
   * library: from sources that are compiled on the fly, or out of a bundle. Default: on.
   */
  engineThread = true;

  /**
   * For tests that break things: the URL of a module whose default export puts something between the
   * engine and its store, `(store: EngineStore) => EngineStore`, such as a delay, a failure or a stop around
   * a statement. The engine's thread loads it. Default: none.
   */
  intercept?: string;
}
