import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import type { RunCause } from '../domain/run.js';

const current = new AsyncLocalStorage<TaskContext>();

type TaskLine = (message: unknown, ...more: unknown[]) => void;

/** Writes to the run's log in the ledger, and to the process log. Objects are written as JSON. */
export interface TaskLogger {
  readonly debug: TaskLine;
  readonly log: TaskLine;
  readonly warn: TaskLine;
  readonly error: TaskLine;
}

/** A function to be called in a worker thread, as `module` exports it. */
export interface ThreadEntry {
  /** An absolute URL, such as `new URL('./render.js', import.meta.url)`. */
  readonly module: URL | string;
  /** Default: `default`. */
  readonly export?: string;
}

/** What a run brings along. */
export interface TaskContextFields<Payload = unknown> {
  readonly runId: string;
  readonly jobId: string;
  readonly task: string;
  readonly payload: Payload;
  readonly cause: RunCause;
  readonly fireAt: Date;
  readonly attempt: number;
  readonly fencingToken: number | null;
  /** Has the signal, which is made when it is asked for. */
  readonly abortion: { readonly signal: AbortSignal };
  readonly logger: TaskLogger;
  readonly progress: (percent: number, note?: string) => void;
  readonly inThread: (entry: ThreadEntry, payload: unknown) => Promise<unknown>;
  /** @throws when the host has no database */
  readonly manager: () => EntityManager;
}

/** What a handler may know of the run that it is: its second argument, and there for all below it. */
export class TaskContext<Payload = unknown> {
  readonly runId!: string;
  readonly jobId!: string;
  readonly task!: string;
  /** As the task's schema makes it; undefined for a job without one. */
  readonly payload!: Payload;
  readonly cause!: RunCause;
  /** The instant that the trigger named, not that of the start. */
  readonly fireAt!: Date;
  /** 1 for the first try. */
  readonly attempt!: number;
  /** For writes to other systems that can refuse a smaller one; null when no leader fired the run. */
  readonly fencingToken!: number | null;
  /** The first 1,000 lines of a run are kept in the ledger, each up to 4,000 characters. */
  readonly logger!: TaskLogger;
  /** Tells how far the run has come, from 0 to 100. Call it as often as you like. */
  readonly progress!: (percent: number, note?: string) => void;
  /**
   * Calls a function in a worker thread, with the payload and what is known of the run. The thread is
   * ended when the signal aborts, in the midst of whatever it computes.
   */
  readonly inThread!: (entry: ThreadEntry, payload: unknown) => Promise<unknown>;
  private readonly manager!: () => EntityManager;
  private readonly abortion!: { readonly signal: AbortSignal };

  constructor(fields: TaskContextFields<Payload>) {
    // The store keeps no payload as null; a method may have a default for it.
    Object.assign(this, fields, { payload: fields.payload ?? undefined });
  }

  /**
   * Aborted when the run should end. Its `reason` tells why by its name: `TimeoutError`,
   * `CancelledError`, `ClaimLostError` (the run is no longer this node's) or `NodeStopped`.
   */
  get signal(): AbortSignal {
    return this.abortion.signal;
  }

  /**
   * The same over all attempts of the run, and for no other run: for systems that take a key to do
   * things once. A fire time of a job has the same key on every cluster.
   */
  get idempotencyKey(): string {
    return this.cause === 'fired'
      ? `${this.jobId}@${this.fireAt.toISOString()}`
      : `run:${this.runId}`;
  }

  /**
   * Of the host's database: in a transactional task that of the run's transaction.
   *
   * @throws when the host has no `DataSource`
   */
  get entityManager(): EntityManager {
    return this.manager();
  }

  /** Of `entityManager`. */
  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.manager().getRepository(entity);
  }

  /** Calls `body`, in which and below which `TaskContext.current()` is this context. */
  run<T>(body: () => T): T {
    return current.run(this, body);
  }

  /** The context of the run that is going on here; undefined outside of a run. */
  static current(): TaskContext | undefined {
    return current.getStore();
  }
}

/** The function behind a task. */
export type TaskHandler = (payload: unknown, context: TaskContext) => unknown;
