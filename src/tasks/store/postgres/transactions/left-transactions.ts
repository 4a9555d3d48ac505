import {
  LeftTransactions,
  type RunTransaction,
  type RunTransactionsSeen,
  type TransactionEnd,
} from '../../left-transactions.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { EnginePool } from '../session/engine-pool.js';
import { endTransactions, seeTransactions } from './find-left.js';

export class PostgresLeftTransactions extends LeftTransactions {
  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
  }

  async see(): Promise<RunTransactionsSeen> {
    const { schema, shift, node } = this.options;
    const [row] = await this.pool.query<{
      own_silence_ms: number | null;
      going: RunTransaction[];
    }>(seeTransactions(schema), [shift.bound, node.id]);
    return { all: row?.going ?? [], ownSilenceMs: row?.own_silence_ms ?? Infinity };
  }

  async end(
    fencingToken: number,
    left: readonly RunTransaction[],
  ): Promise<readonly TransactionEnd[] | null> {
    const [row] = await this.pool.query<{ led: boolean; ends: TransactionEnd[] }>(
      endTransactions(this.options.schema),
      [
        fencingToken,
        left.map(({ pid }) => pid),
        left.map(({ runId }) => runId),
        left.map(({ attempt }) => attempt),
      ],
    );
    return row?.led ? row.ends : null;
  }
}
