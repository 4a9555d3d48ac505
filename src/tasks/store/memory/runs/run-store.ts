import { RunNotFoundError } from '../../../domain/errors.js';
import type { Run, RunAttempt, RunLine } from '../../../domain/run.js';
import { decodeIdCursor } from '../../cursor.js';
import type { ChangeOptions } from '../../job-store.js';
import type { Page } from '../../page.js';
import {
  cancelledError,
  cancelling,
  cancelReasonOf,
  checkRetry,
  lineId,
} from '../../../domain/run-changes.js';
import { RunStore, type LineQuery, type RunQuery } from '../../run-store.js';
import type { MemoryDatabase } from '../database.js';
import { insertRun } from './run-now.js';
import { MemoryJobWriter } from '../jobs/job-writer.js';
import { pageAfter } from '../page.js';
import type { RunRow } from '../rows.js';

/** The ledger as it is read, and what can be asked of a run. It keeps no audit. */
export class MemoryRunStore extends RunStore {
  constructor(private readonly database: MemoryDatabase) {
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

  async cancel(id: string, by: ChangeOptions = {}): Promise<Run> {
    const { runs } = this.database;
    const row = this.row(id);
    const why = cancelReasonOf(by);
    const now = this.database.now();
    const what = cancelling(runOf(row));
    if (what === 'end') {
      const error = cancelledError(why);
      runs.write({ ...row, state: 'cancelled', held: null, finishedAt: now, error });
      this.database.notify('slots');
    }
    if (what === 'ask') {
      runs.write({ ...row, cancelRequestedAt: now, cancelReason: why });
      this.database.notify('cancel');
    }
    return runOf(this.row(id));
  }

  async retry(id: string): Promise<Run> {
    const row = this.row(id);
    checkRetry(runOf(row));
    const job = new MemoryJobWriter(this.database).row(row.jobId);
    const payload = row.payload === undefined ? {} : { payload: row.payload };
    const asked = { ...payload, cause: 'retry', retryOf: id } as const;
    return runOf(insertRun(this.database, job, asked));
  }

  private row(id: string): RunRow {
    const row = this.database.runs.get(id);
    if (!row) throw new RunNotFoundError(id);
    return row;
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
