import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Clock } from '../../../domain/clock.js';
import { HostDatabaseError } from '../../../domain/errors.js';
import type { Claim } from '../../run-queue.js';
import { CancelledBeforeCommit, RunTransactions } from '../../run-transactions.js';
import type { SqlRunner } from '../../sql-runner.js';
import { destroy, release, rolledBack } from '../session/end-connection.js';
import { endOwnTransaction } from './end-own-transaction.js';
import {
  changedMeanwhile,
  finishInTransaction,
  wasFinished,
  type Finisher,
} from './finish-in-transaction.js';
import { checkSameDatabase } from '../host-data-source.js';
import { connectionOf, inRun, joinRuns } from '../runs/join-runs.js';
import { RunConnection } from './run-connection.js';
import { markTransaction, type RunMark } from './run-mark.js';

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
 * - The transaction is not the one that was begun, for the handler's own SQL has ended that: the success
 *   is not written, and the run fails.
 * - A statement is not answered. When nobody waits for the run any more, as its time is over or its claim
 *   is lost, its connection is destroyed: what waits for an answer fails, and the slot is free. The server
 *   may not hear of that, so it is told over another connection; where the node is gone or cut off, the
 *   leader tells it.
 * - The host's transactions see the database as it was at their beginning (`REPEATABLE READ` and above), and
 *   the run was cancelled or settled since: its row cannot be written. Then the run ends as what it is.
 * - The commit is not answered. Then the ledger is asked, which waits for a commit that may still be
 *   on its way. If it cannot be asked for long either, the run is reported as failed: the ledger takes
 *   that only if there was no commit.
 */
export class PostgresRunTransactions extends RunTransactions {
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

  async run(
    claim: Claim,
    body: () => Promise<unknown>,
    over: AbortSignal = new AbortController().signal,
  ): Promise<boolean> {
    const dataSource = await this.check();
    const runner = await this.begin(dataSource, over);
    let failure: Error | undefined;
    const destroyed = () => this.destroy(claim, runner, over);
    over.addEventListener('abort', destroyed);
    try {
      const isFinished = await this.finish(claim, dataSource, runner, body, over);
      if (isFinished) await this.commit(claim, runner);
      else failure = await rolledBack(runner, this.clock);
      return isFinished;
    } catch (error) {
      failure = await rolledBack(runner, this.clock);
      throw error;
    } finally {
      over.removeEventListener('abort', destroyed);
      await release(runner, failure);
    }
  }

  /** The host's pool may give a connection only when nobody waits for it any more. */
  private async begin(dataSource: DataSource, over: AbortSignal): Promise<QueryRunner> {
    const runner = dataSource.createQueryRunner();
    const begun = runner.startTransaction();
    let giveUp = (): void => undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      giveUp = () => reject(over.reason as Error);
    });
    over.addEventListener('abort', giveUp);
    try {
      over.throwIfAborted();
      await Promise.race([begun, ended]);
      return runner;
    } catch (error) {
      const reason = error as Error;
      void begun.catch(() => undefined).then(() => release(runner, reason));
      throw error;
    } finally {
      over.removeEventListener('abort', giveUp);
    }
  }

  private destroy(claim: Claim, runner: QueryRunner, { reason }: AbortSignal): void {
    void destroy(runner, reason as Error)
      .then(() => endOwnTransaction(this.ours, this.finisher.schema, claim))
      // Who leads will find it.
      .catch(() => undefined);
  }

  private async finish(
    claim: Claim,
    dataSource: DataSource,
    runner: QueryRunner,
    body: () => Promise<unknown>,
    over: AbortSignal,
  ): Promise<boolean> {
    const { schema, deadAfterMs } = this.finisher;
    let mark: Promise<RunMark> | null = null;
    const begin = () => (mark ??= markTransaction(runner, schema, claim, deadAfterMs));
    const connection = new RunConnection(dataSource, runner, begin);
    const close = () => connection.close();
    over.addEventListener('abort', close);
    let result: unknown;
    try {
      result = await inRun(dataSource, connection, body);
    } finally {
      await connection.end();
      over.removeEventListener('abort', close);
    }
    return this.write(claim, runner, result, await begin());
  }

  private async write(
    claim: Claim,
    runner: QueryRunner,
    result: unknown,
    mark: RunMark,
  ): Promise<boolean> {
    try {
      const how = await finishInTransaction(runner, this.finisher, claim, result, mark);
      if (how === 'ended') throw new Error(ENDED);
      return how === 'finished';
    } catch (cause) {
      if (codeOf(cause) === IN_FAILED_TRANSACTION) throw new Error(BROKEN, { cause });
      if (codeOf(cause) !== SERIALIZATION_FAILURE) throw cause;
      const change = await changedMeanwhile(this.ours, this.finisher, claim);
      if (change === null) throw cause;
      if (change !== 'lost') throw new CancelledBeforeCommit(change.cancelled);
      return false;
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
const SERIALIZATION_FAILURE = '40001';

const BROKEN =
  'A statement of the handler failed, which broke its transaction, and the handler went on. Let such ' +
  'errors pass, or try what may fail in a transaction of its own within the handler.';

const ENDED =
  "The run's transaction was ended by a COMMIT or ROLLBACK in the SQL of the handler, so its writes and " +
  'its success cannot be one. What was committed before stays. Let the handler throw to roll everything ' +
  'back, and use dataSource.transaction() for what is to be undone alone.';

const codeOf = (error: unknown) =>
  (error as { readonly driverError?: { readonly code?: unknown } }).driverError?.code;
