import {
  RunQueue,
  type Claim,
  type ClaimedRun,
  type Outcome,
  type Recorded,
} from '../store/run-queue.js';
import type { MemoryDatabase } from './memory-database.js';
import type { RunRow } from './memory-rows.js';

/** What one node takes from the ledger and gives back to it. */
export class MemoryRunQueue extends RunQueue {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly nodeId: string,
  ) {
    super();
  }

  async claim(tasks: readonly string[], slots: number): Promise<readonly ClaimedRun[]> {
    const { runs, nodes, lock } = this.database;
    const me = nodes.get(this.nodeId);
    if (lock.paused || me === undefined || !this.database.isAlive(me)) return [];
    const now = this.database.now();
    const due = runs
      .live()
      .filter((row) => row.state === 'pending' && row.held === null)
      .filter((row) => row.runAt <= now && tasks.includes(row.task))
      .sort(byUrgency)
      .slice(0, slots);
    return due.flatMap((row) => {
      const claimed = this.judged(row, now);
      runs.write(claimed);
      return claimed.state === 'running' ? [this.asClaimed(claimed)] : [];
    });
  }

  async claimed(): Promise<readonly ClaimedRun[]> {
    return this.database.runs.runningOn(this.nodeId).map((row) => this.asClaimed(row));
  }

  async giveBack(claims: readonly Claim[]): Promise<void> {
    const { jobs, runs } = this.database;
    let pending = false;
    for (const claim of claims) {
      const row = this.mine(claim);
      if (!row) continue;
      const job = jobs.get(row.jobId);
      const given = { ...row, attempt: row.attempt - 1, nodeId: null, startedAt: null };
      if (job === undefined) {
        runs.write({ ...given, state: 'cancelled', finishedAt: this.database.now() });
        continue;
      }
      const held = job.paused && row.cause === 'fired' ? 'paused' : null;
      runs.write({ ...given, state: 'pending', held });
      pending ||= held === null;
    }
    if (pending) this.database.notify('runs');
  }

  async finish(outcomes: readonly Outcome[]): Promise<readonly Recorded[]> {
    return outcomes.flatMap((outcome) => (this.finishOne(outcome) ? [this.recorded(outcome)] : []));
  }

  private finishOne({ runId, attempt, state, result, error }: Outcome): boolean {
    const row = this.mine({ runId, attempt });
    if (row) {
      this.database.runs.write({
        ...row,
        state,
        finishedAt: this.database.now(),
        result: result ?? null,
        error: error ?? null,
      });
      return true;
    }
    // Written before, in an operation whose answer was lost: repeating is safe.
    const before = this.database.runs.get(runId);
    return before?.attempt === attempt && before.nodeId === this.nodeId && before.state === state;
  }

  private recorded({ runId, attempt }: Claim): Recorded {
    const { runs, jobs } = this.database;
    const job = jobs.get(runs.get(runId)?.jobId ?? '');
    return { runId, attempt, nextFireAt: job?.nextFireAt ?? null };
  }

  /** What still runs under this claim. */
  private mine({ runId, attempt }: Claim): RunRow | null {
    const row = this.database.runs.get(runId);
    if (row?.state !== 'running' || row.nodeId !== this.nodeId) return null;
    return row.attempt === attempt ? row : null;
  }

  /** Claimed, or skipped because it has waited for longer than its grace. */
  private judged(row: RunRow, now: Date): RunRow {
    const graceMs = this.database.jobs.get(row.jobId)?.misfireGraceMs ?? null;
    const late = graceMs !== null && row.fireAt.getTime() < now.getTime() - graceMs;
    if (late && row.cause === 'fired') {
      return { ...row, state: 'skipped', reason: 'misfired', finishedAt: now };
    }
    const { nodeId } = this;
    return { ...row, state: 'running', attempt: row.attempt + 1, nodeId, startedAt: now };
  }

  private asClaimed(row: RunRow): ClaimedRun {
    const { id, attempt, jobId, task, cause, fireAt, fencingToken } = row;
    const own = this.database.jobs.get(jobId)?.payload ?? null;
    const payload = row.payload === undefined ? own : row.payload;
    return { runId: id, attempt, jobId, task, payload, cause, fireAt, fencingToken };
  }
}

const byUrgency = (a: RunRow, b: RunRow) =>
  a.priority - b.priority || a.runAt.getTime() - b.runAt.getTime() || Number(a.id) - Number(b.id);
