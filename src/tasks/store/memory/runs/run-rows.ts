import type { RunAttempt, RunLine } from '../../../domain/run.js';
import type { RunRow } from '../rows.js';
import { rowOf, type NewRun } from './new-run.js';

/**
 * The table of runs, with the one index that matters for its size, of what is not finished; and the
 * tables of their earlier attempts and of their lines.
 */
export class MemoryRuns {
  private readonly rows = new Map<string, RunRow>();
  private readonly unfinished = new Map<string, RunRow>();
  /** One row per fire time, whoever believes to lead, and one in each backfill. */
  private readonly unique = new Set<string>();
  private readonly earlier = new Map<string, RunAttempt[]>();
  private readonly logged = new Map<string, RunLine[]>();
  private lastId = 0;
  private lastLine = 0;

  /** @param kept how many rows, the latest; what is not finished stays in any case */
  constructor(private readonly kept: number) {}

  /** Null: there is a row of this fire time. */
  insert(run: NewRun): RunRow | null {
    const key = uniqueKey(run);
    if (key !== null && this.unique.has(key)) return null;
    if (key !== null) this.unique.add(key);
    const inserted = rowOf(String(++this.lastId), run);
    this.write(inserted);
    this.prune();
    return inserted;
  }

  /** Puts a row in the place of the one with its id. */
  write(row: RunRow): void {
    this.rows.set(row.id, row);
    if (row.state === 'pending' || row.state === 'running' || row.handlerAlive) {
      this.unfinished.set(row.id, row);
    } else this.unfinished.delete(row.id);
  }

  delete(row: RunRow): void {
    for (const table of [this.rows, this.unfinished, this.earlier, this.logged]) {
      table.delete(row.id);
    }
    const key = uniqueKey(row);
    if (key !== null) this.unique.delete(key);
  }

  get(id: string): RunRow | undefined {
    return this.rows.get(id);
  }

  /** In the order of their ids. */
  all(): readonly RunRow[] {
    return [...this.rows.values()];
  }

  /** Nothing is pending, and no handler goes on. */
  get isIdle(): boolean {
    return this.unfinished.size === 0;
  }

  /** Pending, running, and those whose handler goes on: of one job or of all. */
  live(jobId?: string): readonly RunRow[] {
    if (this.isIdle) return [];
    const rows = [...this.unfinished.values()];
    return jobId === undefined ? rows : rows.filter((row) => row.jobId === jobId);
  }

  runningOn(nodeId: string): readonly RunRow[] {
    return this.live().filter((row) => row.state === 'running' && row.nodeId === nodeId);
  }

  /** The attempts of a run before its last one, in order. */
  attempts(id: string): readonly RunAttempt[] {
    return this.earlier.get(id) ?? [];
  }

  keepAttempt(id: string, attempt: RunAttempt): void {
    this.earlier.set(id, [...this.attempts(id), attempt]);
  }

  /** What a run has logged, in order. */
  lines(id: string): readonly RunLine[] {
    return this.logged.get(id) ?? [];
  }

  keepLine(id: string, line: Omit<RunLine, 'id'>): void {
    const kept = { ...line, id: String(++this.lastLine) };
    this.logged.set(id, [...this.lines(id), kept]);
  }

  private prune(): void {
    for (const [id, row] of this.rows) {
      if (this.rows.size <= this.kept) return;
      if (!this.unfinished.has(id)) this.delete(row);
    }
  }
}

function uniqueKey({ cause, fireAt, jobId, backfillId }: NewRun): string | null {
  if (cause !== 'fired' && cause !== 'backfill') return null;
  return `${fireAt.getTime()} ${cause === 'backfill' ? backfillId : ''} ${jobId}`;
}

/** By id, as numbers. */
export const byId = (a: RunRow, b: RunRow): number => Number(a.id) - Number(b.id);
