import { QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import { TasksError, UnavailableError } from '../../domain/errors.js';
import { Connections } from '../postgres/connections.js';

/**
 * What a statement is refused with because of what it says or finds: data (22), constraints (23),
 * syntax and access (42). Everything else (connections, shutdowns, time limits) may pass.
 */
const STATEMENT_AT_FAULT = /^(22|23|42)/;

/** Our own data source, which may be out of reach: at the start, and at any moment after it. */
export class TasksDatabase {
  /** Why it cannot be used; null: it can. */
  unavailable: string | null = 'the database has not been reached yet';

  private made: DataSource | null = null;

  /**
   * @param source or what makes it when it is needed: in local mode it never is
   * @param connections of this node; its engine's are among them
   */
  constructor(
    private readonly source: DataSource | (() => DataSource),
    readonly connections = new Connections(),
  ) {}

  get dataSource(): DataSource {
    const { source } = this;
    return (this.made ??= typeof source === 'function' ? source() : source);
  }

  /** @throws UnavailableError */
  async use<T>(body: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (this.unavailable !== null) throw new UnavailableError(this.unavailable);
    try {
      return await body(this.dataSource.manager);
    } catch (error) {
      throw isOutage(error) ? new UnavailableError(messageOf(error), { cause: error }) : error;
    }
  }

  /** @throws UnavailableError that says whether the change may have been made */
  async transaction<T>(body: (manager: EntityManager) => Promise<T>): Promise<T> {
    let commits = false;
    try {
      return await this.use((manager) =>
        manager.transaction(async (inside) => {
          const answer = await body(inside);
          commits = true;
          return answer;
        }),
      );
    } catch (error) {
      if (!(error instanceof UnavailableError) || !commits) throw error;
      throw new UnavailableError(error.reason, { cause: error.cause }, true);
    }
  }
}

function isOutage(error: unknown): boolean {
  const cause = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  if (!(cause instanceof Error) || cause instanceof TasksError) return false;
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string') return !STATEMENT_AT_FAULT.test(code);
  // The driver's own errors have no code: a connection that ended, a time limit, a full pool.
  return /connection|timeout|terminated|ended/i.test(cause.message);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
