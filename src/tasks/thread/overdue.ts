import type { Claim, ClaimedRun, Outcome } from '../store/run-queue.js';

/** How much later than main the engine ends a run whose time is over: main, if it can, comes first. In ms. */
const AFTER_MAIN_MS = 2_000;

/**
 * Runs whose time is over while the main thread stands still. Nobody there looks at a clock, so they are ended here:
 * as timed out, with a handler that goes on. They are not abandoned, for their process lives.
 *
 * Main may end such a run a moment later, when it comes round again. The first outcome stands, and what main says of
 * it then only means that its handler has ended.
 */
export class Overdue {
  private readonly limited = new Map<
    string,
    { readonly run: ClaimedRun; readonly until: number }
  >();
  private readonly overruled = new Set<string>();

  /** @param now on the monotonic clock */
  started(run: ClaimedRun, now: number): void {
    const { timeoutMs } = run.policy;
    if (timeoutMs === null) return;
    this.limited.set(keyOf(run), { run, until: now + timeoutMs + AFTER_MAIN_MS });
  }

  /** @returns those that main has let run on for too long; each once */
  overrule(now: number): ClaimedRun[] {
    const over = [...this.limited.values()].filter(({ until }) => until <= now);
    for (const { run } of over) {
      this.limited.delete(keyOf(run));
      this.overruled.add(keyOf(run));
    }
    return over.map(({ run }) => run);
  }

  /** Main has an outcome of it. False: it was ended here before. */
  ended(claim: Claim): boolean {
    this.limited.delete(keyOf(claim));
    return !this.overruled.delete(keyOf(claim));
  }
}

/** What is written of such a run. */
export const timedOutHere = ({ runId, attempt, policy }: ClaimedRun): Outcome => ({
  runId,
  attempt,
  state: 'timed-out',
  error: {
    name: 'TimeoutError',
    message: `The run took longer than its ${policy.timeoutMs} ms, and its node was blocked.`,
  },
  handlerAlive: true,
});

const keyOf = ({ runId, attempt }: Claim) => `${runId}/${attempt}`;
