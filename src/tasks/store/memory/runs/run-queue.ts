import { pickRuns } from '../../../domain/pick-runs.js';
import { storableText } from '../../../domain/storable.js';
import { runPolicyOf } from '../../../domain/run-policy.js';
import {
  RunQueue,
  type Claim,
  type Claimed,
  type ClaimedRun,
  type NewRunLine,
  type Outcome,
  type Recorded,
  type RunProgress,
} from '../../run-queue.js';
import { cancelledError } from '../../../domain/run-changes.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import { byId } from './run-rows.js';
import { finishRun, tellSlots } from './run-ends.js';

/** What one node takes from the ledger and gives back to it. */
export class MemoryRunQueue extends RunQueue {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly nodeId: string,
  ) {
    super();
  }

  async claim(
    tasks: readonly string[],
    slots: number,
    limits: Readonly<Record<string, number>> = {},
    turn = 0,
  ): Promise<Claimed> {
    this.database.heardOf(this.nodeId);
    const { runs, nodes, lock } = this.database;
    const now = this.database.now();
    const open = tasks.filter((task) => limits[task] !== 0);
    const queued = runs
      .live()
      .filter(
        ({ state, held, task }) => state === 'pending' && held === null && open.includes(task),
      );
    const later = queued.filter(({ runAt }) => runAt > now).map(({ runAt }) => runAt.getTime());
    const nextInMs = later.length > 0 ? Math.min(...later) - now.getTime() : null;
    const me = nodes.get(this.nodeId);
    if (lock.paused || me === undefined || !this.database.isAlive(me))
      return { runs: [], nextInMs };
    const due = queued.filter(({ runAt }) => runAt <= now);
    const picked = [...pickRuns(due, { slots, turn, limits, now })].sort(byUrgency);
    const claimed = picked.flatMap((row) => {
      const judged = this.judged(row, now);
      runs.write(judged);
      return judged.state === 'running' ? [this.asClaimed(judged)] : [];
    });
    // What was passed over has left its slot free.
    return { runs: claimed, nextInMs: claimed.length < picked.length ? 0 : nextInMs };
  }

  async claimed(): Promise<readonly ClaimedRun[]> {
    return this.database.runs.runningOn(this.nodeId).map((row) => this.asClaimed(row));
  }

  async giveBack(claims: readonly Claim[]): Promise<number> {
    const { jobs, runs } = this.database;
    let pending = false;
    const mine = claims.flatMap((claim) => this.mine(claim) ?? []);
    for (const row of mine) {
      const job = jobs.get(row.jobId);
      const given = { ...row, attempt: row.attempt - 1, nodeId: null, startedAt: null };
      if (job === undefined || row.cancelRequestedAt !== null) {
        const why = row.cancelReason ?? 'cancelled';
        const error = row.cancelRequestedAt === null ? null : cancelledError(why);
        runs.write({ ...given, state: 'cancelled', finishedAt: this.database.now(), error });
        tellSlots(this.database, [row.jobId]);
        continue;
      }
      const held = job.paused && row.cause === 'fired' ? 'paused' : null;
      runs.write({ ...given, state: 'pending', held });
      pending ||= held === null;
    }
    if (pending) this.database.notify('runs');
    return mine.length;
  }

  async finish(outcomes: readonly Outcome[]): Promise<readonly Recorded[]> {
    this.database.heardOf(this.nodeId);
    return outcomes.flatMap((outcome) => {
      const row = this.mine(outcome);
      if (row) finishRun(this.database, row, outcome);
      return row || this.wasWritten(outcome) ? [this.recorded(outcome)] : [];
    });
  }

  async returned(claims: readonly Claim[]): Promise<readonly Claim[]> {
    const { runs } = this.database;
    for (const { runId, attempt } of claims) {
      const row = runs.get(runId);
      if (!row?.handlerAlive || row.attempt !== attempt || row.nodeId !== this.nodeId) continue;
      runs.write({ ...row, handlerAlive: false });
      tellSlots(this.database, [row.jobId]);
    }
    return [];
  }

  async report(lines: readonly NewRunLine[], progress: readonly RunProgress[]): Promise<void> {
    const { runs } = this.database;
    for (const { runId, attempt, at, level, message } of lines) {
      if (!this.had({ runId, attempt })) continue;
      runs.keepLine(runId, { attempt, at, level, message: storableText(message) });
    }
    for (const { progress: told, ...claim } of progress) {
      const row = this.mine(claim);
      const note = told.note === null ? null : storableText(told.note);
      if (row) runs.write({ ...row, progress: { percent: told.percent, note } });
    }
  }

  /** Written before, in an operation whose answer was lost: repeating is safe. */
  private wasWritten({ runId, attempt, state, retryInMs }: Outcome): boolean {
    const { runs } = this.database;
    const row = runs.get(runId);
    const kept = runs
      .attempts(runId)
      .some((one) => one.attempt === attempt && one.nodeId === this.nodeId && one.state === state);
    if (retryInMs !== undefined && kept) return true;
    const ended = row?.state === state || (retryInMs !== undefined && row?.state === 'cancelled');
    return ended && row?.attempt === attempt && row.nodeId === this.nodeId;
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

  /** This claim is or was this node's. */
  private had({ runId, attempt }: Claim): boolean {
    const row = this.database.runs.get(runId);
    const all = [row, ...this.database.runs.attempts(runId)];
    return all.some((one) => one?.attempt === attempt && one.nodeId === this.nodeId);
  }

  /** Claimed, or skipped because it has waited for longer than its grace. */
  private judged(row: RunRow, now: Date): RunRow {
    const graceMs = this.database.jobs.get(row.jobId)?.misfireGraceMs ?? null;
    const late = graceMs !== null && row.fireAt.getTime() < now.getTime() - graceMs;
    if (late && row.cause === 'fired' && row.attempt === 0) {
      return { ...row, state: 'skipped', reason: 'misfired', finishedAt: now };
    }
    const { nodeId } = this;
    return { ...row, state: 'running', attempt: row.attempt + 1, nodeId, startedAt: now };
  }

  private asClaimed(row: RunRow): ClaimedRun {
    const { id, attempt, jobId, task, cause, fireAt, fencingToken } = row;
    const job = this.database.jobs.get(jobId);
    const payload = row.payload === undefined ? (job?.payload ?? null) : row.payload;
    const stored = { timeoutMs: null, retry: null, transactional: null, ...job };
    const policy = runPolicyOf(stored);
    return { runId: id, attempt, jobId, task, payload, cause, fireAt, fencingToken, policy };
  }
}

const byUrgency = (a: RunRow, b: RunRow) =>
  a.priority - b.priority || a.runAt.getTime() - b.runAt.getTime() || byId(a, b);
