import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { declareJobs } from './declare-jobs.js';
import { Clock } from './domain/clock.js';
import { Engine } from './engine/engine.js';
import type { ToRunner } from './engine/messages.js';
import { NodeStatus } from './node-status.js';
import { TaskRegistry } from './registry/task-registry.js';
import { Runner } from './runner/runner.js';
import { ClockShift } from './store/database-time.js';
import { JobStore } from './store/job-store.js';
import type { NodeIdentity } from './store/postgres/engine-options.js';
import { postgresEngineStore } from './store/postgres/postgres-engine-store.js';
import { probeServer, type PostgresAccess } from './store/postgres/probe-server.js';
import { SchemaName } from './store/schema-name.js';
import { SCHEMA_VERSION } from './store/typeorm/migrations/index.js';
import { migrate } from './store/typeorm/migrate.js';
import { TasksDatabase } from './store/typeorm/tasks-database.js';
import { TasksOptions } from './tasks.options.js';

/**
 * This process as a node of the cluster: what it takes to begin work, in order, and to end it.
 *
 *   reach the database ─▶ migrate ─▶ register ─▶ declare jobs ─▶ engine at work
 *
 * None of it is awaited by the application's start: the database may be away for as long as it
 * likes.
 */
@Injectable()
export class ClusterNode {
  private readonly logger = new Logger('Tasks');
  private readonly runner: Runner;
  private engine: Engine | null = null;

  constructor(
    private readonly options: TasksOptions,
    private readonly status: NodeStatus,
    private readonly registry: TaskRegistry,
    private readonly jobs: JobStore,
    private readonly database: TasksDatabase,
    private readonly shift: ClockShift,
    private readonly clock: Clock,
  ) {
    this.runner = new Runner(registry, options.concurrency, clock, this.logger);
    status.id = randomUUID();
    status.name = options.nodeName ?? hostname();
    status.roles = options.roles;
    status.version = options.version;
  }

  /** Begins work. Rejects with the reason when that is not possible now; it can be called again. */
  async begin(): Promise<void> {
    const { options, database } = this;
    const schema = new SchemaName(options.schema);
    const pooled = await probeServer(options.databaseUrl);
    const direct = options.directDatabaseUrl
      ? await probeServer(options.directDatabaseUrl)
      : pooled;
    this.tellMode(direct);
    await migrate(options.databaseUrl, options.schema, options);
    if (!database.dataSource.isInitialized) await database.dataSource.initialize();
    database.unavailable = null;
    const { poolSize, leaseMs, heartbeatMs, deadAfterMs, retentionDays, hint, roles } = options;
    const postgres = postgresEngineStore({
      poolSize,
      leaseMs,
      deadAfterMs,
      retentionDays,
      hint,
      schema,
      pooled,
      direct,
      node: this.identity(),
      shift: this.shift,
      clock: this.clock,
    });
    const store = options.intercept(postgres);
    try {
      await store.roster.register();
      if (roles.includes('worker')) await declareJobs(this.registry, this.jobs, this.logger);
    } catch (error) {
      await store.close();
      throw error;
    }
    const tasks = this.registry.names();
    this.engine = new Engine(
      { roles, tasks, leaseMs, heartbeatMs, deadAfterMs },
      store,
      this.clock,
      this.logger,
      (message) => this.hear(message),
    );
    this.engine.start();
    this.runner.attach((message) => this.engine?.post(message));
    this.status.running = true;
    this.status.notReady = null;
  }

  /** Ends work: begins nothing new, lets runs end within the grace, writes what became of them. */
  async end(): Promise<void> {
    const { engine, database } = this;
    this.status.running = false;
    this.status.notReady = 'stopping';
    if (engine) {
      await engine.retire();
      await this.runner.drain(this.options.shutdownGraceMs);
      await engine.close();
    }
    this.engine = null;
    database.unavailable = 'the node stops';
    if (database.dataSource.isInitialized) await database.dataSource.destroy();
  }

  private identity(): NodeIdentity {
    const { options, status, registry } = this;
    const works = options.roles.includes('worker');
    return {
      id: status.id,
      name: status.name,
      version: options.version,
      schemaVersion: SCHEMA_VERSION,
      roles: options.roles,
      tasks: Object.fromEntries(
        works ? registry.all().map(({ name, job }) => [name, job?.hash ?? null]) : [],
      ),
    };
  }

  private hear(message: ToRunner): void {
    switch (message.type) {
      case 'leads':
        this.status.isLeader = message.leads;
        return;
      case 'database':
        return this.tellDatabase(message.unreachable);
      default:
        return this.runner.handle(message);
    }
  }

  private tellDatabase(unreachable: string | null): void {
    if (!this.status.running) return;
    this.status.notReady = unreachable && `the database does not answer: ${unreachable}`;
  }

  private tellMode(direct: PostgresAccess): void {
    const mode = direct.keepsSession ? 'session' : 'pooler';
    if (mode === 'pooler' && this.status.mode === null) {
      this.logger.warn(
        'The database is reached through a transaction pooler: this node polls, and a leader that ' +
          'dies is replaced when its lease ends. Set TASKS_DIRECT_DATABASE_URL to a direct URL.',
      );
    }
    this.status.mode = mode;
  }
}
