import { cancelledError } from '../../../domain/run-changes.js';
import { storableText } from '../../../domain/storable.js';
import type {
  Claim,
  NewRunLine,
  Outcome,
  Recorded,
  RunProgress,
  Unstarted,
} from '../../run-queue.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import { finishRun, tellSlots } from './run-ends.js';

/** The runs that one node has claimed, and what it writes of them. */
export class MemoryClaims {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly node: { readonly id: string },
  ) {}

  giveBack(claims: readonly Unstarted[]): number {
    const { jobs, runs } = this.database;
    let pending = false;
    const mine = claims.flatMap(({ startedAt, ...claim }) => {
      const row = this.mine(claim);
      const isThat = startedAt === undefined || row?.startedAt?.getTime() === startedAt.getTime();
      return row && isThat ? [row] : [];
    });
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

  /** Null: the run is no longer this node's to finish. */
  finish(outcome: Outcome): Recorded | null {
    const row = this.mine(outcome);
    if (row) finishRun(this.database, row, outcome);
    return row || this.wasWritten(outcome) ? this.recorded(outcome) : null;
  }

  /** The handler of a run that had run out of time has ended at last. */
  returned({ runId, attempt }: Claim): void {
    const { runs } = this.database;
    const row = runs.get(runId);
    if (!row?.handlerAlive || row.attempt !== attempt || row.nodeId !== this.node.id) return;
    runs.write({ ...row, handlerAlive: false });
    tellSlots(this.database, [row.jobId]);
  }

  keepLine({ runId, attempt, at, level, message }: NewRunLine): void {
    if (!this.had({ runId, attempt })) return;
    const line = { attempt, at, level, message: storableText(message) };
    this.database.runs.keepLine(runId, line);
  }

  keepProgress({ progress: { percent, note }, ...claim }: RunProgress): void {
    const row = this.mine(claim);
    if (row === null) return;
    const progress = { percent, note: note === null ? null : storableText(note) };
    this.database.runs.write({ ...row, progress });
  }

  /** What still runs under this claim. */
  mine({ runId, attempt }: Claim): RunRow | null {
    const row = this.database.runs.get(runId);
    if (row?.state !== 'running' || row.nodeId !== this.node.id) return null;
    return row.attempt === attempt ? row : null;
  }

  /** Written before, in an operation whose answer was lost: repeating is safe. */
  private wasWritten({ runId, attempt, state, retryInMs }: Outcome): boolean {
    const { runs } = this.database;
    const { id } = this.node;
    const row = runs.get(runId);
    const kept = runs
      .attempts(runId)
      .some((one) => one.attempt === attempt && one.nodeId === id && one.state === state);
    if (retryInMs !== undefined && kept) return true;
    const ended = row?.state === state || (retryInMs !== undefined && row?.state === 'cancelled');
    return ended && row?.attempt === attempt && row.nodeId === id;
  }

  private recorded({ runId, attempt }: Claim): Recorded {
    const { runs, jobs } = this.database;
    const job = jobs.get(runs.get(runId)?.jobId ?? '');
    return { runId, attempt, nextFireAt: job?.nextFireAt ?? null };
  }

  /** This claim is or was this node's. */
  private had({ runId, attempt }: Claim): boolean {
    const row = this.database.runs.get(runId);
    const all = [row, ...this.database.runs.attempts(runId)];
    return all.some((one) => one?.attempt === attempt && one.nodeId === this.node.id);
  }
}
