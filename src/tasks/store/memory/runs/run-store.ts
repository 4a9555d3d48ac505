import type { BriefRun, Run, RunAttempt, RunLine } from '../../../domain/run.js';
import { decodeIdCursor } from '../../cursor.js';
import type { ChangeOptions } from '../../job-store.js';
import type { Page } from '../../page.js';
import { lineId } from '../../../domain/run-changes.js';
import { RunStore, type LatestRuns, type LineQuery, type RunQuery } from '../../run-store.js';
import { MAX_WAITING } from '../../../domain/why/circumstances.js';
import type { MemoryDatabase } from '../database.js';
import { pageAfter } from '../page.js';
import type { RunRow } from '../rows.js';
import { cancelRun, retryRun } from './run-changes.js';
import { byId } from './run-rows.js';

/** The ledger as it is read, and what can be asked of a run. */
export class MemoryRunStore extends RunStore {
  constructor(protected readonly database: MemoryDatabase) {
    super();
  }

  async get(id: string): Promise<Run | null> {
    const row = this.database.runs.get(id);
    return row ? runOf(row) : null;
  }

  async list(query: RunQuery): Promise<Page<Run>> {
    const rows = this.database.runs
      .all()
      .filter((row) => fits(row, query))
      .toReversed();
    return pageAfter(rows.map(runOf), query, ({ id }) => id, isOlder, decodeIdCursor);
  }

  async latestOf(
    jobs: readonly string[],
    whole: number,
    brief: number,
  ): Promise<ReadonlyMap<string, LatestRuns>> {
    const most = Math.max(whole, brief);
    const found = new Map<string, Run[]>(jobs.map((job) => [job, []]));
    for (const row of this.database.runs.all().toReversed()) {
      const of = found.get(row.jobId);
      if (of && of.length < most) of.push(runOf(row));
    }
    const some = [...found].filter(([, runs]) => runs.length > 0);
    return new Map(
      some.map(([job, runs]) => [
        job,
        { runs: runs.slice(0, whole), brief: runs.slice(0, brief).map(briefOf) },
      ]),
    );
  }

  async openOf(jobs: readonly string[]): Promise<ReadonlyMap<string, readonly Run[]>> {
    const found = new Map<string, readonly Run[]>();
    for (const job of jobs) {
      const open = this.database.runs.live(job).toSorted((a, b) => byId(b, a));
      const waits = (row: RunRow) => row.state === 'pending';
      const waiting = new Set(open.filter(waits).slice(0, MAX_WAITING));
      const rows = open.filter((row) => !waits(row) || waiting.has(row));
      if (rows.length > 0) found.set(job, rows.map(runOf));
    }
    return found;
  }

  async attempts(id: string): Promise<readonly RunAttempt[]> {
    return this.database.runs.attempts(id);
  }

  async lines(id: string, { after, limit }: LineQuery): Promise<readonly RunLine[]> {
    const from = after === undefined ? -1 : Number(lineId(after));
    const lines = this.database.runs.lines(id).filter((line) => Number(line.id) > from);
    return lines.slice(0, limit);
  }

  cancel(id: string, by: ChangeOptions = {}): Promise<Run> {
    return this.change(by, () => cancelRun(this.database, id, by));
  }

  retry(id: string, by: ChangeOptions = {}): Promise<Run> {
    return this.change(by, () => retryRun(this.database, id, by));
  }

  /** A change that somebody asks for, with what follows from it at once: the run as it is then. */
  protected async change(_by: ChangeOptions, body: () => RunRow): Promise<Run> {
    const row = this.database.inOneGo(body);
    return runOf(this.database.runs.get(row.id) ?? row);
  }
}

/** A run as its users see it. */
export function runOf({ payload: _payload, cancelReason: _cancelReason, ...run }: RunRow): Run {
  return run;
}

const briefOf = (run: Run): BriefRun => {
  const { id, state, reason, cause, fireAt, runAt, startedAt, finishedAt } = run;
  return { id, state, reason, cause, fireAt, runAt, startedAt, finishedAt };
};

function fits(row: RunRow, { job, task, node, state, cause, from, to }: RunQuery): boolean {
  return (
    (job === undefined || row.jobId === job) &&
    (task === undefined || row.task === task) &&
    (node === undefined || row.nodeId === node) &&
    (state === undefined || row.state === state) &&
    (cause === undefined || row.cause === cause) &&
    (from === undefined || row.fireAt >= from) &&
    (to === undefined || row.fireAt < to)
  );
}

const isOlder = (run: Run, id: string) => Number(run.id) < Number(id);
