import type { Run } from '../domain/run.js';
import { decodeIdCursor } from '../store/cursor.js';
import type { Page } from '../store/page.js';
import { RunStore, type RunQuery } from '../store/run-store.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageAfter } from './memory-page.js';
import type { RunRow } from './memory-rows.js';

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
}

/** A run as its users see it. */
export function runOf({ payload: _payload, held: _held, ...run }: RunRow): Run {
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
