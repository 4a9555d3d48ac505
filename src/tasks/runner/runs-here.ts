import type { Claim, ClaimedRun, Outcome } from '../store/run-queue.js';
import type { Ended } from './run-log.js';
import type { StartedRun } from './started-run.js';

/** What an engine has been told, and the ledger has not answered for. */
export interface Holding {
  readonly working: readonly ClaimedRun[];
  readonly outcomes: readonly Outcome[];
  readonly returned: readonly Claim[];
}

/** The runs of this process, each from its claim until the ledger has answered for it. */
export class RunsHere {
  /** Their handlers have not returned; it outlives the answer of the ledger. */
  readonly busy = new Set<StartedRun>();
  private readonly unanswered = new Map<string, StartedRun>();
  private readonly late = new Map<string, Claim>();
  private readonly lately = new Set<string>();
  private waiting: (() => void)[] = [];

  add(started: StartedRun): void {
    this.unanswered.set(keyOf(started.run), started);
    this.busy.add(started);
    this.lately.add(started.run.task);
  }

  find(claim: Claim): StartedRun | undefined {
    return this.unanswered.get(keyOf(claim));
  }

  /** Those without an outcome. */
  working(): StartedRun[] {
    return [...this.unanswered.values()].filter(({ outcome }) => outcome === null);
  }

  /** What the ledger has not answered for. */
  holding(): Holding {
    const all = [...this.unanswered.values()];
    return {
      working: all.flatMap(({ run, outcome, isLost }) => (outcome || isLost ? [] : [run])),
      outcomes: all.flatMap(({ outcome }) => outcome ?? []),
      returned: [...this.late.values()],
    };
  }

  /** A handler has ended although its time was over. */
  returned(claim: Claim): void {
    this.late.set(keyOf(claim), claim);
  }

  /** That is written. */
  noted(claims: readonly Claim[]): void {
    for (const claim of claims) this.late.delete(keyOf(claim));
  }

  /** Resolves when all that works now and later has its outcome. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.tellIdle();
    });
  }

  /** One of them has its outcome. */
  tellIdle(): void {
    if (this.waiting.length === 0 || this.working().length > 0) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** The ledger has answered. Null: it had answered before. */
  forget(claim: Claim): Ended | null {
    const started = this.find(claim);
    this.unanswered.delete(keyOf(claim));
    if (!started?.outcome) return null;
    const { run, outcome, tookMs } = started;
    return { run, outcome, tookMs };
  }

  /** The tasks that were running at any time since this was asked last. */
  ranLately(): readonly string[] {
    const tasks = [...this.lately];
    this.lately.clear();
    for (const { run } of this.busy) this.lately.add(run.task);
    return tasks;
  }
}

const keyOf = ({ runId, attempt }: Claim) => `${runId}/${attempt}`;
