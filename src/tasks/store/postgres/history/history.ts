import { History, type Kept, type Pruned } from '../../history.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { EnginePool } from '../session/engine-pool.js';
import { pruneRows } from './prune-rows.js';
import { pruneRuns } from './prune-runs.js';

export class PostgresHistory extends History {
  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
  }

  async prune(what: Kept, from: Date | null = null): Promise<Pruned> {
    const { schema, shift, retentionDays } = this.options;
    const statement = what === 'runs' ? pruneRuns(schema) : pruneRows(schema, what);
    const [row] = await this.pool.query<{ rows: number; more: boolean; up_to: Date | null }>(
      statement,
      [shift.bound, retentionDays, from],
    );
    const { rows, more, up_to: upTo } = row!;
    return { rows, more, upTo };
  }
}
