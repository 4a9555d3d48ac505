import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type {
  LeftTransactions,
  RunTransaction,
  TransactionEnd,
} from '../store/left-transactions.js';
import type { Lead } from './leader-duty.js';
import { SilenceWatch, type SilenceOptions } from './silence-watch.js';

/** How often it looks while transactions of runs go on, in ms. */
const BUSY_MS = 1_000;

/**
 * Leader only: ends the transactions of runs that nobody else ends, so that they do not keep their row
 * locks for ever.
 *
 *   the claim is gone: settled, timed out, cancelled, taken by another attempt ─┐
 *   its node is gone, or has been silent for as long as makes it dead ──────────┴─▶ ended
 *
 * What can go wrong, and why it does not:
 *
 * - The node lives, and the database's clock was set, or its table of nodes is locked. Silence is
 *   measured by this process's own clock, and nobody is judged while this node's own signs of life do
 *   not get through.
 * - The node lives, and is judged nevertheless. Its run fails, and leaves nothing: what it wrote is rolled
 *   back as a whole.
 * - A run holds its own row, for it was cut off between its success and its commit. Who settles passes
 *   over that row; the transaction is ended first, and the run settled at the next turn.
 * - The process works for another run by now. The statement that ends it looks for its marks once more.
 * - Our role may not end it. That is said once, with the remedy.
 */
export class TransactionEnder extends SilenceWatch {
  private isRefused = false;

  constructor(
    private readonly transactions: LeftTransactions,
    lead: Lead,
    options: SilenceOptions,
    clock: Clock,
    log: Log,
  ) {
    super('end of left transactions', lead, options, clock, log);
  }

  protected async work(token: number): Promise<number> {
    const now = this.clock.monotonic();
    const { all, ownSilenceMs } = await this.seen(this.transactions.see());
    const isHeard = ownSilenceMs <= 2 * this.options.heartbeatMs;
    this.silence.keep(new Set(all.flatMap(({ nodeId }) => (nodeId === null ? [] : [nodeId]))));
    const left = all.filter((one) => this.isLeft(one, now, isHeard));
    if (left.length > 0) await this.end(token, left);
    return all.length > 0 ? BUSY_MS : this.idleMs;
  }

  private isLeft(one: RunTransaction, now: number, isHeard: boolean): boolean {
    const { nodeId, inForce, isOwn, isGone } = one;
    // Always asked: it must know since when.
    const isDead = nodeId !== null && this.silence.isDead(nodeId, one, now);
    if (!inForce || nodeId === null) return true;
    return !isOwn && (isGone || (isHeard && isDead));
  }

  private async end(token: number, left: readonly RunTransaction[]): Promise<void> {
    const ends = await this.transactions.end(token, left);
    if (ends === null) return this.lead.wake();
    const ended = ends.filter((end) => end.ended).map(({ runId }) => runId);
    if (ended.length > 0) {
      this.log.warn(`Ended the transactions that were left behind of runs ${ended.join(', ')}.`);
    }
    this.tellRefused(ends.find((end) => !end.ended));
  }

  private tellRefused(refused: TransactionEnd | undefined): void {
    if (refused && !this.isRefused) {
      const { runId, owner, role } = refused;
      this.log.error(
        `The transaction of run ${runId} was left behind by its node and keeps its locks: "${role}" may ` +
          `not end one of "${owner}". GRANT "${owner}" TO "${role}", or GRANT pg_signal_backend TO "${role}".`,
      );
    }
    this.isRefused = refused !== undefined;
  }
}
