import type { QueryRunner } from 'typeorm';
import type { Clock } from '../../../domain/clock.js';
import { within } from '../../../domain/within.js';

/** How long a rollback is waited for, in ms. What takes longer has no server at the other end. */
const ROLLBACK_MS = 5_000;

/** A connection of which it is unknown whether its transaction has ended must not be used again. */
type Broken = QueryRunner & {
  readonly releasePostgresConnection?: (error: Error) => Promise<void>;
  readonly databaseConnection?: {
    readonly connection?: { readonly stream?: { destroy(): void } };
  };
};

/** @returns what went wrong, if the connection may be left in the midst of the transaction */
export async function rolledBack(runner: QueryRunner, clock: Clock): Promise<Error | undefined> {
  const rollback = async () => {
    while (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction();
  };
  try {
    if (await within(clock, ROLLBACK_MS, rollback())) return undefined;
    return new Error(`the rollback took longer than ${ROLLBACK_MS} ms`);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** @param failure why the connection must not be used again */
export async function release(runner: QueryRunner, failure: Error | undefined): Promise<void> {
  if (failure) await destroy(runner, failure);
  else await runner.release();
}

/** Nothing is told to the server, which may never hear it: whoever waits for an answer fails at once. */
export async function destroy(runner: QueryRunner, reason: Error): Promise<void> {
  if (runner.isReleased) return;
  const broken = runner as Broken;
  const { databaseConnection } = broken;
  if (broken.releasePostgresConnection) await broken.releasePostgresConnection(reason);
  else await runner.release();
  databaseConnection?.connection?.stream?.destroy();
}
