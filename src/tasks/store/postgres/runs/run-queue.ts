import { claimShares } from '../../../domain/pick-runs.js';
import { storableJson, storableText } from '../../../domain/storable.js';
import {
  RunQueue,
  type Claim,
  type Claimed,
  type HeldOutcome,
  type NewRunLine,
  type Outcome,
  type Recorded,
  type RunProgress,
  type Unstarted,
  type OwnRun,
} from '../../run-queue.js';
import { claimedRun, claimedRuns, ownRun, type ClaimedRow } from './claimed-runs.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { EnginePool } from '../session/engine-pool.js';
import { claim } from './claim.js';
import { finish } from './finish.js';
import { giveBack } from './give-back.js';
import { report } from './report.js';
import { retry } from './retry.js';
import { returned } from './returned.js';
import type { Statement } from '../session/statement.js';

interface AnsweredRow {
  id: string;
  attempt: number;
  next_fire_at: Date | null;
  held: boolean;
}

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
    turn = 0,
  ): Promise<Claimed> {
    const { schema, shift, node, deadAfterMs } = this.options;
    const { aged, newest } = claimShares(slots, turn);
    const open = inOrderOfBytes(tasks).filter((task) => limits[task] !== 0);
    const rows = await this.query<ClaimedRow>(claim(schema), [
      shift.bound,
      node.id,
      deadAfterMs,
      open,
      open.map((task) => Math.min(limits[task] ?? slots, slots)),
      slots,
      aged,
      newest,
    ]);
    return {
      runs: rows.filter(({ id }) => id !== null).map(claimedRun),
      nextInMs: rows[0]?.next_in_ms ?? null,
    };
  }

  async claimed(): Promise<readonly OwnRun[]> {
    const { schema, node } = this.options;
    const rows = await this.query<Parameters<typeof ownRun>[0]>(claimedRuns(schema), [node.id]);
    return rows.map(ownRun);
  }

  async giveBack(claims: readonly Unstarted[]): Promise<number> {
    const { schema, shift, node } = this.options;
    const since = claims.map(({ startedAt }) => startedAt ?? null);
    const values = [shift.bound, node.id, ...keys(claims), schema.channel, since];
    const [row] = await this.query<{ returned: number }>(giveBack(schema), values);
    return row!.returned;
  }

  async finish(outcomes: readonly Outcome[]): Promise<readonly (Recorded | HeldOutcome)[]> {
    const again = outcomes.filter(isTriedAgain);
    const last = outcomes.filter((outcome) => !isTriedAgain(outcome));
    const [ended, retried] = await Promise.all([
      last.length > 0 ? this.end(last) : [],
      again.length > 0 ? this.tryAgain(again) : [],
    ]);
    return [...ended, ...retried].map(answered);
  }

  async returned(claims: readonly Claim[]): Promise<readonly Claim[]> {
    const { schema, node } = this.options;
    const values = [node.id, ...keys(claims), schema.channel];
    const [row] = await this.query<{ held: Claim[] }>(returned(schema), values);
    return row!.held;
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

  private end(outcomes: readonly Outcome[]): Promise<AnsweredRow[]> {
    const { schema, shift, node, deadAfterMs } = this.options;
    return this.query<AnsweredRow>(finish(schema), [
      shift.bound,
      node.id,
      ...keys(outcomes),
      outcomes.map(({ state }) => state),
      outcomes.map(({ result }) => json(result)),
      outcomes.map(({ error }) => json(error)),
      outcomes.map(({ handlerAlive }) => handlerAlive ?? false),
      schema.channel,
      deadAfterMs,
    ]);
  }

  private tryAgain(outcomes: readonly Outcome[]): Promise<AnsweredRow[]> {
    const { schema, shift, node } = this.options;
    return this.query<AnsweredRow>(retry(schema), [
      shift.bound,
      node.id,
      ...keys(outcomes),
      outcomes.map(({ state }) => state),
      outcomes.map(({ error }) => json(error)),
      outcomes.map(({ retryInMs }) => retryInMs),
      schema.channel,
    ]);
  }

  private query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.pool.query<Row>(statement, values);
  }
}

/** The same again and again, but for a host that names its tasks late. */
const ordered = new WeakMap<readonly string[], readonly string[]>();

/** As the index of what is queued: UTF-16, in which our strings are, is ordered otherwise. */
function inOrderOfBytes(tasks: readonly string[]): readonly string[] {
  const known = ordered.get(tasks);
  if (known) return known;
  const sorted = [...tasks].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  ordered.set(tasks, sorted);
  return sorted;
}

/** While its handler goes on, a run is not started once more beside it. */
const isTriedAgain = ({ retryInMs, handlerAlive }: Outcome) =>
  retryInMs !== undefined && handlerAlive !== true;

const keys = (claims: readonly Claim[]) => [
  claims.map(({ runId }) => runId),
  claims.map(({ attempt }) => attempt),
];

const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));

const answered = ({ id, attempt, held, next_fire_at }: AnsweredRow): Recorded | HeldOutcome =>
  held ? { runId: id, attempt, held } : { runId: id, attempt, nextFireAt: next_fire_at };
