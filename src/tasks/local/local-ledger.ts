import { LocalRun, type NewLocalRun } from './local-run.js';

/** So many runs are remembered. */
const MAX_RUNS = 1_000;

/** The ledger of one process: the latest runs, and every one that has not ended. */
export class LocalLedger {
  private readonly runs = new Map<string, LocalRun>();
  private lastId = 0;

  insert(made: Omit<NewLocalRun, 'id'>): LocalRun {
    const run = new LocalRun({ ...made, id: String(++this.lastId) });
    this.runs.set(run.made.id, run);
    this.prune();
    return run;
  }

  get(id: string): LocalRun | undefined {
    return this.runs.get(id);
  }

  /** Newest first. */
  all(): readonly LocalRun[] {
    return [...this.runs.values()].toReversed();
  }

  private prune(): void {
    if (this.runs.size <= MAX_RUNS) return;
    for (const [id, run] of this.runs) {
      if (!run.hasEnded || run.handlerAlive) continue;
      this.runs.delete(id);
      return;
    }
  }
}
