import { storableJson, storableText } from '../../domain/storable.js';
import {
  RunQueue,
  type Claim,
  type Claimed,
  type ClaimedRun,
  type NewRunLine,
  type Outcome,
  type Recorded,
  type RunProgress,
} from '../run-queue.js';
import { claimedRun, type ClaimedRow } from './claimed-row.js';
import type { PostgresStoreOptions } from './engine-options.js';
import type { EnginePool } from './engine-pool.js';
import { claimLimited } from './sql/claim-limited.js';
import { claim } from './sql/claim.js';
import { claimedRuns } from './sql/claimed-runs.js';
import { finish } from './sql/finish.js';
import { giveBack } from './sql/give-back.js';
import { report } from './sql/report.js';
import { retry } from './sql/retry.js';
import { returned } from './sql/returned.js';
import type { Statement } from './sql/statement.js';

interface RecordedRow {
  id: string;
  attempt: number;
  next_fire_at: Date | null;
}

/** How often an outcome whose job is being changed is written before the caller hears of it. */
const MOST_TRIES = 5;

export class PostgresRunQueue extends RunQueue {
  constructor(
    private readonly options: PostgresStoreOptions,
    private readonly pool: EnginePool,
  ) {
    super();
  }

  async claim(
    tasks: readonly string[],
    slots: number,
    limits: Readonly<Record<string, number>> = {},
  ): Promise<Claimed> {
    const { schema, shift, node, deadAfterMs } = this.options;
    const open = tasks.filter((task) => limits[task] !== 0);
    const values = [shift.bound, node.id, deadAfterMs, open];
    // What may be taken up to the last slot has no limit this time.
    const limited = open.filter((task) => (limits[task] ?? slots) < slots);
    const free = open.filter((task) => !limited.includes(task));
    const groups = [
      { tasks: free, most: slots },
      ...limited.map((task) => ({ tasks: [task], most: limits[task] })),
    ];
    const rows =
      limited.length === 0
        ? await this.query<ClaimedRow>(claim(schema, slots), values)
        : await this.query<ClaimedRow>(claimLimited(schema, slots), [
            ...values,
            JSON.stringify(groups),
            schema.channel,
          ]);
    return {
      runs: rows.filter(({ id }) => id !== null).map(claimedRun),
      nextInMs: rows[0]?.next_in_ms ?? null,
    };
  }

  async claimed(): Promise<readonly ClaimedRun[]> {
    const { schema, node } = this.options;
    return (await this.query<ClaimedRow>(claimedRuns(schema), [node.id])).map(claimedRun);
  }

  async giveBack(claims: readonly Claim[]): Promise<void> {
    const { schema, shift, node } = this.options;
    await this.query(giveBack(schema), [shift.bound, node.id, ...keys(claims), schema.channel]);
  }

  async finish(outcomes: readonly Outcome[]): Promise<readonly Recorded[]> {
    const again = outcomes.filter(isTriedAgain);
    const last = outcomes.filter((outcome) => !isTriedAgain(outcome));
    const [ended, retried] = await Promise.all([
      last.length > 0 ? this.end(last) : [],
      again.length > 0 ? this.tryAgain(again) : [],
    ]);
    return [...ended, ...retried];
  }

  async returned(claims: readonly Claim[]): Promise<void> {
    const { schema, node } = this.options;
    await this.query(returned(schema), [node.id, ...keys(claims), schema.channel]);
  }

  async report(lines: readonly NewRunLine[], progress: readonly RunProgress[]): Promise<void> {
    const { schema, node } = this.options;
    // Of one run the last word counts.
    const latest = [...new Map(progress.map((one) => [one.runId, one])).values()];
    await this.query(report(schema), [
      node.id,
      ...keys(lines),
      lines.map(({ at }) => at),
      lines.map(({ level }) => level),
      lines.map(({ message }) => storableText(message)),
      ...keys(latest),
      latest.map(({ progress: { percent, note } }) => storableJson({ percent, note })),
    ]);
  }

  private async end(outcomes: readonly Outcome[]): Promise<readonly Recorded[]> {
    const { schema, shift, node } = this.options;
    const rows = await this.query<RecordedRow>(finish(schema), [
      shift.bound,
      node.id,
      ...keys(outcomes),
      outcomes.map(({ state }) => state),
      outcomes.map(({ result }) => json(result)),
      outcomes.map(({ error }) => json(error)),
      outcomes.map(({ handlerAlive }) => handlerAlive ?? false),
      schema.channel,
    ]);
    return rows.map(recorded);
  }

  private async tryAgain(outcomes: readonly Outcome[]): Promise<readonly Recorded[]> {
    const { schema, shift, node } = this.options;
    const written: Recorded[] = [];
    let left = outcomes;
    for (let tries = 0; left.length > 0; tries++) {
      if (tries === MOST_TRIES) throw new Error('jobs change while outcomes of theirs are written');
      const rows = await this.query<RecordedRow & { again: boolean }>(retry(schema), [
        shift.bound,
        node.id,
        ...keys(left),
        left.map(({ state }) => state),
        left.map(({ error }) => json(error)),
        left.map(({ retryInMs }) => retryInMs),
        schema.channel,
      ]);
      written.push(...rows.filter((row) => !row.again).map(recorded));
      const again = new Set(rows.filter((row) => row.again).map(({ id }) => id));
      left = left.filter(({ runId }) => again.has(runId));
    }
    return written;
  }

  private query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.pool.query<Row>(statement, values);
  }
}

/** While its handler goes on, a run is not started once more beside it. */
const isTriedAgain = ({ retryInMs, handlerAlive }: Outcome) =>
  retryInMs !== undefined && handlerAlive !== true;

const keys = (claims: readonly Claim[]) => [
  claims.map(({ runId }) => runId),
  claims.map(({ attempt }) => attempt),
];

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

const recorded = ({ id, attempt, next_fire_at }: RecordedRow): Recorded => ({
  runId: id,
  attempt,
  nextFireAt: next_fire_at,
});
