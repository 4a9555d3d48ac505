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
 * - Code below ends a transaction that it did not begin, and so the run's. Each loan counts its own.
 */
export class RunConnection {
  readonly manager: EntityManager;
  private readonly underWay = new Set<Promise<unknown>>();
  private isOver = false;

  /** @param runner in the run's transaction */
  constructor(
    dataSource: DataSource,
    private readonly runner: QueryRunner,
  ) {
    this.manager = dataSource.createEntityManager(this.lend());
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
        this.use(() => runner.query(...parameters)),
      stream: (...parameters: Parameters<QueryRunner['stream']>) =>
        this.use(() => runner.stream(...parameters)),
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

  private async use<T>(statement: () => Promise<T>): Promise<T> {
    this.refuseWhenOver();
    const answer = statement();
    this.underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.underWay.delete(answer);
    }
  }

  private refuseWhenOver(): void {
    if (this.isOver) throw new Error(OVER);
  }
}

const OVER =
  'The run that this belongs to has ended, and its transaction with it. Await everything that the ' +
  'handler begins, and start timers and the like outside of transactional runs.';

const NOT_BEGUN =
  'This would end the transaction of the run, which ends with the run. Let the handler throw to roll ' +
  'everything back, and commit only what was begun here.';
