import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Clock } from '../../domain/clock.js';
import { HostDatabaseError } from '../../domain/errors.js';
import type { Claim } from '../run-queue.js';
import { RunTransactions } from '../run-transactions.js';
import type { SqlRunner } from '../sql-runner.js';
import { finishInTransaction, wasFinished, type Finisher } from './finish-in-transaction.js';
import { checkSameDatabase } from './host-data-source.js';
import { connectionOf, inRun, joinRuns } from './join-runs.js';
import { RunConnection } from './run-connection.js';

/** How long a commit that was not answered is asked after, in ms, and how often. */
const ASK_FOR_MS = 30_000;
const ASK_EVERY_MS = 500;

/**
 * Exactly-once effects: what a run writes to the host's database and its success are one transaction.
 *
 *   BEGIN ─▶ the handler, and all it calls ─▶ write the success if the claim holds ─▶ COMMIT
 *
 * What can go wrong, and why it does not:
 *
 * - The node dies before the commit: neither is there, and the run is settled as any other.
 * - The claim was lost meanwhile: the success touches no row, and everything is rolled back.
 * - The claim is lost between the success and the commit: the row is locked, so whoever would give the
 *   run up waits, and then finds it finished.
 * - The commit is not answered. Then the ledger is asked, which waits for a commit that may still be
 *   on its way. If it cannot be asked for long either, the run is reported as failed: the ledger takes
 *   that only if there was no commit.
 */
export class TypeormRunTransactions extends RunTransactions {
  private checked: DataSource | null = null;

  /**
   * @param host finds the host's data source
   * @param ours reaches the database of our tables
   */
  constructor(
    private readonly host: () => DataSource,
    private readonly ours: SqlRunner,
    private readonly finisher: Finisher,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** That of the run's transaction within a transactional run, else the host's. */
  manager(): EntityManager {
    const dataSource = this.host();
    return connectionOf(dataSource)?.manager ?? dataSource.manager;
  }

  /** @throws HostDatabaseError when there is no data source that reaches our tables */
  async check(): Promise<DataSource> {
    if (this.checked) return this.checked;
    const dataSource = this.host();
    if (!dataSource.isInitialized) {
      throw new HostDatabaseError('the DataSource of the host is not connected', 'Initialize it.');
    }
    await checkSameDatabase(dataSource, this.ours, this.finisher.schema);
    joinRuns(dataSource);
    return (this.checked = dataSource);
  }

  async run(claim: Claim, body: () => Promise<unknown>): Promise<boolean> {
    const dataSource = await this.check();
    const runner = dataSource.createQueryRunner();
    let failure: Error | undefined;
    try {
      await runner.startTransaction();
      const isFinished = await this.finish(claim, dataSource, runner, body);
      if (isFinished) await this.commit(claim, runner);
      else failure = await rolledBack(runner);
      return isFinished;
    } catch (error) {
      failure = await rolledBack(runner);
      throw error;
    } finally {
      await release(runner, failure);
    }
  }

  private async finish(
    claim: Claim,
    dataSource: DataSource,
    runner: QueryRunner,
    body: () => Promise<unknown>,
  ): Promise<boolean> {
    const connection = new RunConnection(dataSource, runner);
    let result: unknown;
    try {
      result = await inRun(dataSource, connection, body);
    } finally {
      await connection.end();
    }
    try {
      return await finishInTransaction(runner, this.finisher, claim, result);
    } catch (cause) {
      throw codeOf(cause) === IN_FAILED_TRANSACTION ? new Error(BROKEN, { cause }) : cause;
    }
  }

  private async commit(claim: Claim, runner: QueryRunner): Promise<void> {
    try {
      // Savepoints that were left open are released first.
      while (runner.isTransactionActive) await runner.commitTransaction();
    } catch (error) {
      if (!(await this.hasCommitted(claim))) throw error;
    }
  }

  /** Asked over our own connections: the host's may all be taken. */
  private async hasCommitted(claim: Claim): Promise<boolean> {
    const until = this.clock.monotonic() + ASK_FOR_MS;
    for (;;) {
      try {
        return await wasFinished(this.ours, this.finisher, claim);
      } catch (error) {
        if (this.clock.monotonic() >= until) throw error;
        await this.clock.sleep(ASK_EVERY_MS);
      }
    }
  }
}

const IN_FAILED_TRANSACTION = '25P02';

const BROKEN =
  'A statement of the handler failed, which broke its transaction, and the handler went on. Let such ' +
  'errors pass, or try what may fail in a transaction of its own within the handler.';

const codeOf = (error: unknown) =>
  (error as { readonly driverError?: { readonly code?: unknown } }).driverError?.code;

/** @returns what went wrong, if the connection may be left in the midst of the transaction */
async function rolledBack(runner: QueryRunner): Promise<Error | undefined> {
  try {
    while (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A connection of which it is unknown whether its transaction has ended must not be used again. */
async function release(runner: QueryRunner, failure: Error | undefined): Promise<void> {
  const broken = runner as { releasePostgresConnection?: (error: Error) => Promise<void> };
  if (failure && broken.releasePostgresConnection) await broken.releasePostgresConnection(failure);
  else await runner.release();
}
