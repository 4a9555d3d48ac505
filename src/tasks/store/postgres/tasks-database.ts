import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  type DataSource,
  type EntityManager,
} from 'typeorm';
import { UnavailableError } from '../../domain/errors.js';
import { Connections } from './session/connections.js';
import type { PostgresAccess } from './session/probe-server.js';
import type { SqlScope } from './sql-scope.js';
import { isOutage, outageReason } from './session/outage.js';
import { API_SETTINGS, setLocal } from './session/session-settings.js';

/**
 * Ours look again after each wait for a lock, whatever the server's own default is. Connections that keep their settings
 * were told so when they were made; on others it is said each time, which is one round trip more.
 */
const ISOLATION = 'READ COMMITTED';

/** Our own data source, which may be out of reach: at the start, and at any moment after it. */
export class TasksDatabase implements SqlScope {
  /** Why it cannot be used; null: it can. */
  unavailable: string | null = 'the database has not been reached yet';

  /** It was reached for the first time, or closed before. */
  isSettled = false;
  readonly settled: Promise<void>;
  /** What a call waits for that comes before that. Default: nothing. */
  firstReach: () => Promise<void> = () => Promise.resolve();

  private opening: Promise<void> = Promise.resolve();
  private settle: () => void = () => undefined;
  private opened: DataSource | null = null;
  /** What each transaction begins with, where connections keep no settings; null: they do. */
  private limits: string | null = null;

  /**
   * @param source or what makes it once it is known how the server is reached
   * @param connections of this node; its engine's are among them
   */
  constructor(
    private readonly source: DataSource | ((access: PostgresAccess) => DataSource),
    readonly connections = new Connections(),
  ) {
    if (typeof source !== 'function') this.opened = source;
    this.settled = new Promise((resolve) => {
      this.settle = () => {
        this.isSettled = true;
        resolve();
      };
    });
  }

  /** @throws UnavailableError before the database was reached for the first time */
  get dataSource(): DataSource {
    if (this.opened === null) throw new UnavailableError(this.unavailable ?? 'it is not open');
    return this.opened;
  }

  /** Opens it, or opens it again. One after the other: it is opened for calls, and for the node. */
  open(access: PostgresAccess): Promise<void> {
    const opening = this.opening.then(() => this.openNow(access));
    this.opening = opening.catch(() => undefined);
    return opening;
  }

  private async openNow(access: PostgresAccess): Promise<void> {
    // Connections of one that is open are as they were made, whatever the URL leads to by now.
    const isGiven = typeof this.source !== 'function';
    if (isGiven || !this.opened?.isInitialized)
      this.limits = access.keepsSession ? null : setLocal(API_SETTINGS);
    if (typeof this.source === 'function' && !this.opened?.isInitialized) {
      this.opened = this.source(access);
    }
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    this.unavailable = null;
    this.settle();
  }

  /** @param why told to whoever asks meanwhile */
  async close(why: string): Promise<void> {
    this.unavailable = why;
    this.settle();
    if (this.opened?.isInitialized) await this.opened.destroy();
  }

  /** @throws UnavailableError */
  use<T>(body: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.reaching((manager) =>
      // What a connection does not keep must be said in the transaction.
      this.limits === null ? body(manager) : this.begin(manager, body),
    );
  }

  private begin<T>(
    manager: EntityManager,
    body: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const { limits } = this;
    if (limits === null) return manager.transaction(body);
    return manager.transaction(ISOLATION, async (inside) => {
      await inside.query(limits);
      return body(inside);
    });
  }

  /**
   * For a change inside a transaction of the caller, which may come before our tables are there.
   *
   * @throws UnavailableError
   */
  async reached(): Promise<void> {
    if (this.unavailable !== null && !this.isSettled) await this.firstReach();
  }

  private async reaching<T>(body: (manager: EntityManager) => Promise<T>): Promise<T> {
    await this.reached();
    if (this.unavailable !== null) throw new UnavailableError(this.unavailable);
    try {
      return await body(this.dataSource.manager);
    } catch (error) {
      throw unavailable(error) ?? error;
    }
  }

  /** @throws UnavailableError that says whether the change may have been made */
  transaction<T>(body: (manager: EntityManager) => Promise<T>): Promise<T> {
    return tellingOfDoubt((commits) =>
      this.reaching((manager) =>
        this.begin(manager, async (inside) => {
          const answer = await body(inside);
          commits();
          return answer;
        }),
      ),
    );
  }

  /** Whether a statement of its own has our settings: elsewhere it must be made in a transaction. */
  async keepsSettings(): Promise<boolean> {
    await this.reached();
    return this.limits === null;
  }

  /**
   * Statements each on their own, of which the last one changes something: two round trips less than a transaction.
   *
   * @param body says when that one is about to be sent
   * @throws UnavailableError that says whether the change may have been made
   */
  alone<T>(body: (manager: EntityManager, sends: () => void) => Promise<T>): Promise<T> {
    return tellingOfDoubt((sends) => this.reaching((manager) => body(manager, sends)));
  }
}

/** @param work says when what it does may be done although no answer comes */
async function tellingOfDoubt<T>(work: (mayBeDone: () => void) => Promise<T>): Promise<T> {
  let maybeDone = false;
  try {
    return await work(() => {
      maybeDone = true;
    });
  } catch (error) {
    if (!(error instanceof UnavailableError) || !maybeDone) throw error;
    throw new UnavailableError(error.reason, { cause: error.cause }, true);
  }
}

/** What went wrong, without the coat that TypeORM puts around it. */
const causeOf = (error: unknown): unknown =>
  error instanceof QueryFailedError ? error.driverError : error;

/** What TypeORM says of a transaction whose connection has ended between two of its statements. */
const isLetGo = (error: unknown): boolean =>
  error instanceof QueryRunnerAlreadyReleasedError ||
  error instanceof QueryRunnerProviderAlreadyReleasedError;

function unavailable(error: unknown): UnavailableError | null {
  if (isLetGo(error)) return new UnavailableError('the connection has ended', { cause: error });
  const cause = causeOf(error);
  return isOutage(cause) ? new UnavailableError(outageReason(cause), { cause: error }) : null;
}
