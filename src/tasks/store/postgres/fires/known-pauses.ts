import type { Stretch } from '../../../domain/stretches.js';
import type { SchemaName } from '../schema-name.js';
import type { EnginePool } from '../session/engine-pool.js';
import type { StatementOf } from '../session/statement.js';

/** The pauses of the cluster that reach behind an instant, $1. */
export const pausesSince: StatementOf = ({ quoted }) => ({
  name: 'pauses_since',
  text: `
    SELECT started_at AS "from", ended_at AS "to" FROM ${quoted}.cluster_pauses
    WHERE ended_at > $1::timestamptz
    UNION ALL
    SELECT started_at, ended_at FROM ${quoted}.cluster_pauses WHERE ended_at IS NULL
    ORDER BY "from"`,
});

interface Known {
  readonly count: number;
  readonly since: Date;
  readonly stretches: readonly Stretch[];
}

/**
 * The pauses of the cluster, read when their count has changed. Where somebody has locked their table, jobs are
 * fired all the same: that needs only the count, which stands in the row of the leader's lock.
 *
 * What can go wrong, and why it does not matter: the cluster is paused or resumed between the look at the count and
 * this read, or after it. A fire names the count that it was decided by, and does nothing when that is not the one in force.
 */
export class KnownPauses {
  private known: Known | null = null;

  constructor(
    private readonly schema: SchemaName,
    private readonly pool: EnginePool,
  ) {}

  /**
   * @param since null: nothing is due that they could matter to
   * @param count how often the cluster was paused or resumed until now
   */
  async since(since: Date | null, count: number): Promise<readonly Stretch[]> {
    if (since === null || count === 0) return [];
    if (this.known === null || this.known.count !== count || this.known.since > since) {
      const stretches = await this.pool.query<Stretch>(pausesSince(this.schema), [since]);
      this.known = { count, since, stretches };
    }
    return this.known.stretches;
  }
}
