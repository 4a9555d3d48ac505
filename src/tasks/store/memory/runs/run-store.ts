import type { Run, RunAttempt, RunLine } from '../../../domain/run.js';
import { decodeIdCursor } from '../../cursor.js';
import type { ChangeOptions } from '../../job-store.js';
import type { Page } from '../../page.js';
import { lineId } from '../../../domain/run-changes.js';
import { RunStore, type LineQuery, type RunQuery } from '../../run-store.js';
import type { MemoryDatabase } from '../database.js';
import { pageAfter } from '../page.js';
import type { RunRow } from '../rows.js';
import { cancelRun, retryRun } from './run-changes.js';

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
