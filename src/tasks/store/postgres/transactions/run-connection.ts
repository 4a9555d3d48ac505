import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

type Method = (...parameters: never[]) => unknown;

/**
 * The connection on which all of a transactional run happens.
 *
 * Whoever would get a connection of the host's `DataSource` in the course of the run gets a loan of
 * this one. A loan begins and ends transactions only within the run's, as savepoints, and giving it
 * back keeps the connection.
 *
 * What can go wrong, and why it does not:
 *
 * - The handler fails while something that it began goes on, for instance the rest of a
 *   `Promise.all`. It would write after the rollback, on its own. From the end of the handler on
 *   every loan refuses, and what is on its way is waited for.
 * - Code below ends a transaction that it did not begin, and so the run's. Each loan counts its own,
 *   and refuses a `COMMIT` or `ROLLBACK` that is asked for in SQL. One that hides from that is found
 *   before the outcome is written: the transaction is not the one that was begun.
 * - Subscribers of the host would hear of a commit when a savepoint is released. They hear of the
 *   run's commit, once, and of none that was rolled back.
 * - The statement on its way is never answered. The connection is ended when nobody waits for the run
 *   any more, and what waits for an answer fails.
 */
export class RunConnection {
  readonly manager: EntityManager;
  private readonly underWay = new Set<Promise<unknown>>();
  private begun: Promise<unknown> | null = null;
  private isOver = false;

  /**
   * @param runner in the run's transaction
   * @param begin is called before the first statement, but for one that sets up the transaction
   */
  constructor(
    dataSource: DataSource,
    private readonly runner: QueryRunner,
    private readonly begin: () => Promise<unknown>,
  ) {
    this.manager = dataSource.createEntityManager(this.lend());
    tellOnlyCommits(runner);
  }

  lend(): QueryRunner {
    this.refuseWhenOver();
    let depth = 0;
    const within = (end: () => Promise<void>) => async () => {
      if (depth === 0) throw new Error(NOT_BEGUN);
      await this.use(end);
      depth -= 1;
    };
    const { runner } = this;
    const own: Record<string, Method> = {
      query: (...parameters: Parameters<QueryRunner['query']>) =>
        this.use(() => runner.query(...parameters), parameters[0]),
      stream: (...parameters: Parameters<QueryRunner['stream']>) =>
        this.use(() => runner.stream(...parameters), parameters[0]),
      startTransaction: async (...level: Parameters<QueryRunner['startTransaction']>) => {
        await this.use(() => runner.startTransaction(...level));
        depth += 1;
      },
      commitTransaction: within(() => runner.commitTransaction()),
      rollbackTransaction: within(() => runner.rollbackTransaction()),
      release: () => Promise.resolve(),
    };
    return new Proxy(runner, {
      get: (target, key): unknown =>
        typeof key === 'string' && Object.hasOwn(own, key) ? own[key] : Reflect.get(target, key),
    });
  }

  /** The handler has ended. Resolves when nothing of it is on its way any more. */
  async end(): Promise<void> {
    this.isOver = true;
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  /** Nothing is begun any more, and what is on its way is not waited for. */
  close(): void {
    this.isOver = true;
  }

  private async use<T>(statement: () => Promise<T>, sql?: string): Promise<T> {
    this.refuseWhenOver();
    if (sql !== undefined && ENDS_TRANSACTION.test(sql)) throw new Error(NOT_BEGUN);
    const answer = this.afterBegin(statement, sql);
    this.underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.underWay.delete(answer);
    }
  }

  private async afterBegin<T>(statement: () => Promise<T>, sql?: string): Promise<T> {
    if (sql === undefined || !SETS_UP_TRANSACTION.test(sql)) await (this.begun ??= this.begin());
    return statement();
  }

  private refuseWhenOver(): void {
    if (this.isOver) throw new Error(OVER);
  }
}

/** TypeORM tells of a commit also when it releases a savepoint. */
function tellOnlyCommits(runner: QueryRunner): void {
  const { broadcaster } = runner as unknown as { broadcaster: { broadcast: Method } };
  const broadcast = broadcaster.broadcast.bind(broadcaster) as (...event: unknown[]) => unknown;
  broadcaster.broadcast = (...event: unknown[]) => {
    const { transactionDepth } = runner as unknown as { transactionDepth: number };
    const isSavepoint = event[0] === 'AfterTransactionCommit' && transactionDepth > 0;
    return isSavepoint ? Promise.resolve() : broadcast(...event);
  };
}

const ENDS_TRANSACTION =
  /^\s*(commit|end|abort|rollback(?!\s+(work\s+|transaction\s+)?to\b)|prepare\s+transaction)\b/i;

/** It must be the first statement of its transaction. */
const SETS_UP_TRANSACTION = /^\s*set\s+transaction\b/i;

const OVER =
  'The run that this belongs to has ended, and its transaction with it. Await everything that the ' +
  'handler begins, and start timers and the like outside of transactional runs.';

const NOT_BEGUN =
  'This would end the transaction of the run, which ends with the run. Let the handler throw to roll ' +
  'everything back, and commit only what was begun here.';
