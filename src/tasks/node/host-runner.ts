import type { TasksEvent } from '../domain/events.js';
import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { TaskRegistry } from '../registry/task-registry.js';
import { LoopLag } from '../runner/loop-lag.js';
import { Runner } from '../runner/runner.js';
import { ThreadPool } from '../runner/thread-pool.js';
import { otelSpans } from '../runner/tracing/otel-spans.js';
import type { ClockShift } from '../store/postgres/database-time.js';
import { SchemaName } from '../store/postgres/schema-name.js';
import {
  hostDataSource,
  poolWarning,
  type FindDataSource,
} from '../store/postgres/host-data-source.js';
import type { TasksDatabase } from '../store/postgres/tasks-database.js';
import { PostgresRunTransactions } from '../store/postgres/transactions/run-transactions.js';
import type { TasksOptions } from '../tasks.options.js';

/** What a node's runner is made of. */
export interface HostRunnerParts {
  readonly options: TasksOptions;
  readonly registry: TaskRegistry;
  /** This node, whose id is another one after each start. */
  readonly node: { readonly id: string };
  readonly database: TasksDatabase;
  readonly shift: ClockShift;
  readonly clock: Clock;
  readonly log: Log;
  /** Finds a data source among the host's providers. */
  readonly find: FindDataSource;
  /** Hears what happens to runs. Default: nobody. */
  readonly emit?: (event: TasksEvent) => void;
  /** The trace of the request that asked for a run. Default: none did. */
  readonly requestOf?: (runId: string) => Promise<string | null>;
  /** Whether a blocked event loop is told. Default: yes. */
  readonly watchesLoop?: boolean;
}

/** The runner of a node with what handlers need of their host: its database, and worker threads. */
export class HostRunner {
  readonly runner: Runner;
  private readonly transactions: PostgresRunTransactions;
  private readonly threads = new ThreadPool();
  private readonly lag: LoopLag;

  constructor(private readonly parts: HostRunnerParts) {
    const { options, registry, node, database, shift, clock, log, find, emit } = parts;
    this.transactions = new PostgresRunTransactions(
      () => hostDataSource(options.dataSource, find),
      { query: (sql, values) => database.use((manager) => manager.query(sql, values)) },
      {
        schema: new SchemaName(options.schema),
        shift,
        deadAfterMs: options.deadAfterMs,
        get nodeId() {
          return node.id;
        },
      },
      clock,
    );
    const requestOf = parts.requestOf ?? (() => Promise.resolve(null));
    const sourceOf = (task: string) => registry.find(task)?.source;
    const spans = { clock, requestOf, sourceOf, nodeId: () => node.id };
    this.runner = new Runner(registry, options.concurrency, clock, log, {
      redact: options.redact,
      transactions: this.transactions,
      manager: () => this.transactions.manager(),
      inThread: this.threads.call,
      openSpan: otelSpans(spans, options.version),
      ...(emit && { emit }),
    });
    this.lag = new LoopLag(clock, log, () => this.runner.ranLately());
  }

  /**
   * Whether this node can run what it declares.
   *
   * @throws HostDatabaseError when a declared job is transactional and the host's database is none
   */
  async check(): Promise<void> {
    const { options, registry, log } = this.parts;
    if (!registry.declared().some(({ job }) => job.transactional)) return;
    const warning = poolWarning(await this.transactions.check(), options.concurrency);
    if (warning !== null) log.warn(warning);
  }

  /** @param watchesLoop whether nobody else sees that the event loop is blocked */
  start(watchesLoop: boolean): void {
    if (watchesLoop && (this.parts.watchesLoop ?? true)) this.lag.start();
  }

  /** How late the event loop came round at worst since this was asked last, in ms. */
  takeLag(): number {
    return this.lag.take();
  }

  /** Lets runs end within the grace. */
  async stop(graceMs: number): Promise<void> {
    await this.runner.drain(graceMs);
    this.lag.stop();
    await this.threads.close();
  }
}
