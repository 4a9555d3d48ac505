import type { RunCause } from '../../domain/run.js';
import {
  RunQueue,
  type Claim,
  type ClaimedRun,
  type Outcome,
  type Recorded,
} from '../run-queue.js';
import type { PostgresStoreOptions } from './engine-options.js';
import type { EnginePool } from './engine-pool.js';
import { claim } from './sql/claim.js';
import { claimedRuns } from './sql/claimed-runs.js';
import { finish } from './sql/finish.js';
import { giveBack } from './sql/give-back.js';

interface ClaimedRow {
  id: string;
  attempt: number;
  job_id: string;
  task: string;
  payload: unknown;
  cause: RunCause;
  fire_at: Date;
  fencing_token: string | null;
}

export class PostgresRunQueue extends RunQueue {
  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
  }

  async claim(tasks: readonly string[], slots: number): Promise<readonly ClaimedRun[]> {
    const { schema, shift, node, deadAfterMs } = this.options;
    const values = [shift.bound, node.id, deadAfterMs, tasks];
    return (await this.pool.query<ClaimedRow>(claim(schema, slots), values)).map(claimedRun);
  }

  async claimed(): Promise<readonly ClaimedRun[]> {
    const { schema, node } = this.options;
    return (await this.pool.query<ClaimedRow>(claimedRuns(schema), [node.id])).map(claimedRun);
  }

  async giveBack(claims: readonly Claim[]): Promise<void> {
    const { schema, shift, node } = this.options;
    await this.pool.query(giveBack(schema), [
      shift.bound,
      node.id,
      claims.map(({ runId }) => runId),
      claims.map(({ attempt }) => attempt),
      schema.channel,
    ]);
  }

  async finish(outcomes: readonly Outcome[]): Promise<readonly Recorded[]> {
    const { schema, shift, node } = this.options;
    const rows = await this.pool.query<{ id: string; attempt: number; next_fire_at: Date | null }>(
      finish(schema),
      [
        shift.bound,
        node.id,
        outcomes.map(({ runId }) => runId),
        outcomes.map(({ attempt }) => attempt),
        outcomes.map(({ state }) => state),
        outcomes.map(({ result }) => json(result)),
        outcomes.map(({ error }) => json(error)),
      ],
    );
    return rows.map(({ id, attempt, next_fire_at }) => ({
      runId: id,
      attempt,
      nextFireAt: next_fire_at,
    }));
  }
}

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

const claimedRun = (row: ClaimedRow): ClaimedRun => ({
  runId: row.id,
  attempt: row.attempt,
  jobId: row.job_id,
  task: row.task,
  payload: row.payload,
  cause: row.cause,
  fireAt: row.fire_at,
  fencingToken: row.fencing_token === null ? null : Number(row.fencing_token),
});
