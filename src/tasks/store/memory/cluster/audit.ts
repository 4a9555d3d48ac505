import type { Author } from '../../../domain/job-requests.js';
import type { Run } from '../../../domain/run.js';
import { BACKFILL, REQUESTS, type AuditQuery, type AuditRow } from '../../cluster-store.js';
import { decodeIdCursor } from '../../cursor.js';
import type { Page } from '../../page.js';
import { pageAfter } from '../page.js';

/** What was done, such as `job.pause`, and to what. */
export type AuditEntry = Pick<AuditRow, 'action'> &
  Partial<Pick<AuditRow, 'actor' | 'jobId' | 'runId' | 'reason' | 'details'>>;

/** Who changed what: a row for each change. */
export class MemoryAudit {
  private rows: AuditRow[] = [];
  private lastId = 0;

  /**
   * @param now the database's clock
   * @param most how many rows are kept, the latest
   */
  constructor(
    private readonly now: () => Date,
    private readonly most: number,
  ) {}

  write(entry: AuditEntry, { actor, reason, traceparent }: Author = {}): void {
    const row: AuditRow = {
      jobId: null,
      runId: null,
      ...entry,
      id: String(++this.lastId),
      at: this.now(),
      actor: actor ?? entry.actor ?? 'code',
      reason: reason ?? entry.reason ?? null,
      details:
        traceparent === undefined
          ? (entry.details ?? null)
          : { ...(entry.details as object), traceparent },
    };
    this.rows.push(row);
    if (this.rows.length > this.most) this.rows.shift();
  }

  /** Newest first. */
  list({ job, actor, action, run, from, to, ...page }: AuditQuery): Page<AuditRow> {
    const rows = this.rows.filter(
      (row) =>
        (job === undefined || row.jobId === job) &&
        (actor === undefined || row.actor === actor) &&
        (action === undefined || row.action === action) &&
        (run === undefined || row.runId === run) &&
        (from === undefined || row.at >= from) &&
        (to === undefined || row.at < to),
    );
    const isOlder = (row: AuditRow, id: string) => Number(row.id) < Number(id);
    return pageAfter(rows.toReversed(), page, ({ id }) => id, isOlder, decodeIdCursor);
  }

  /** Who asked for these runs. */
  requests(runs: readonly Pick<Run, 'id' | 'backfillId'>[]): ReadonlyMap<string, AuditRow> {
    const byRun = new Map<unknown, AuditRow>();
    const byBackfill = new Map<unknown, AuditRow>();
    for (const row of this.rows) {
      if (REQUESTS.some((one) => one === row.action)) byRun.set(row.runId, row);
      if (row.action === BACKFILL)
        byBackfill.set((row.details as { backfillId?: string }).backfillId, row);
    }
    return new Map(
      runs.flatMap(({ id, backfillId }) => {
        const row = byRun.get(id) ?? (backfillId === null ? undefined : byBackfill.get(backfillId));
        return row === undefined ? [] : [[id, { ...row, runId: id }] as const];
      }),
    );
  }

  /** How many there were. */
  forget(before: Date): number {
    const { length } = this.rows;
    this.rows = this.rows.filter(({ at }) => at >= before);
    return length - this.rows.length;
  }
}
