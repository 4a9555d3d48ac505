import type { RunRow } from './memory-rows.js';

/** The table of runs, with the one index that matters for its size: what is not finished. */
export class MemoryRuns {
  private readonly rows = new Map<string, RunRow>();
  private readonly unfinished = new Map<string, RunRow>();
  /** One row per fire time, whoever believes to lead. */
  private readonly fired = new Set<string>();
  private lastId = 0;

  /** Null: there is a row of this fire time. */
  insert(row: Omit<RunRow, 'id'>): RunRow | null {
    if (row.cause === 'fired') {
      const key = fireKey(row);
      if (this.fired.has(key)) return null;
      this.fired.add(key);
    }
    const inserted = { ...row, id: String(++this.lastId) };
    this.write(inserted);
    return inserted;
  }

  /** Puts a row in the place of the one with its id. */
  write(row: RunRow): void {
    this.rows.set(row.id, row);
    if (row.state === 'pending' || row.state === 'running') this.unfinished.set(row.id, row);
    else this.unfinished.delete(row.id);
  }

  delete(row: RunRow): void {
    this.rows.delete(row.id);
    this.unfinished.delete(row.id);
    if (row.cause === 'fired') this.fired.delete(fireKey(row));
  }

  get(id: string): RunRow | undefined {
    return this.rows.get(id);
  }

  /** In the order of their ids. */
  all(): readonly RunRow[] {
    return [...this.rows.values()];
  }

  /** Pending and running, of one job or of all. */
  live(jobId?: string): readonly RunRow[] {
    const rows = [...this.unfinished.values()];
    return jobId === undefined ? rows : rows.filter((row) => row.jobId === jobId);
  }

  runningOn(nodeId: string): readonly RunRow[] {
    return this.live().filter((row) => row.state === 'running' && row.nodeId === nodeId);
  }
}

const fireKey = ({ fireAt, jobId }: Omit<RunRow, 'id'>) => `${fireAt.getTime()} ${jobId}`;

/** By id, as numbers. */
export const byId = (a: RunRow, b: RunRow): number => Number(a.id) - Number(b.id);

/** A row of a run that nothing has happened to yet. */
export const NEW_RUN = {
  held: null,
  reason: null,
  coversFrom: null,
  coversTo: null,
  coversCount: null,
  attempt: 0,
  nodeId: null,
  fencingToken: null,
  priority: 0,
  startedAt: null,
  finishedAt: null,
  error: null,
  result: null,
} as const;
