import {
  RunQueue,
  type Claim,
  type Claimed,
  type NewRunLine,
  type Outcome,
  type Recorded,
  type RunProgress,
  type Unstarted,
  type OwnRun,
} from '../../run-queue.js';
import type { MemoryDatabase } from '../database.js';
import { claim, claimedRun } from './claim.js';
import { MemoryClaims } from './claims.js';

/** What one node takes from the ledger and gives back to it. */
export class MemoryRunQueue extends RunQueue {
  private readonly claims: MemoryClaims;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly nodeId: string,
  ) {
    super();
    this.claims = new MemoryClaims(database, { id: nodeId });
  }

  async claim(
    tasks: readonly string[],
    slots: number,
    limits: Readonly<Record<string, number>> = {},
    turn = 0,
  ): Promise<Claimed> {
    const { database, nodeId } = this;
    database.heardOf(nodeId);
    const now = database.now();
    return claim(database, { nodeId, tasks, slots, limits, turn, now, misfires: true });
  }

  async claimed(): Promise<readonly OwnRun[]> {
    return this.database.runs
      .runningOn(this.nodeId)
      .map((row) => ({ ...claimedRun(this.database, row), startedAt: row.startedAt! }));
  }

  async giveBack(claims: readonly Unstarted[]): Promise<number> {
    return this.claims.giveBack(claims);
  }

  async finish(outcomes: readonly Outcome[]): Promise<readonly Recorded[]> {
    this.database.heardOf(this.nodeId);
    return outcomes.flatMap((outcome) => this.claims.finish(outcome) ?? []);
  }

  async returned(claims: readonly Claim[]): Promise<readonly Claim[]> {
    for (const one of claims) this.claims.returned(one);
    return [];
  }

  async report(lines: readonly NewRunLine[], progress: readonly RunProgress[]): Promise<void> {
    for (const line of lines) this.claims.keepLine(line);
    for (const told of progress) this.claims.keepProgress(told);
  }
}
