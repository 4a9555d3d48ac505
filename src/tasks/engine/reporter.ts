import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { NewRunLine, RunProgress, RunQueue } from '../store/run-queue.js';
import { inParts } from './in-parts.js';
import { Loop } from './loop.js';

/** What is said is written together after so long, in ms, or once there are so many lines. */
const TOGETHER_MS = 500;
const MANY_LINES = 200;

const MAX_WRITTEN = 1_000;

/** So many lines are kept while the database does not take them. */
const MAX_KEPT = 10_000;

/** What a handler says: a line, or how far it has come. */
interface Word {
  readonly line?: NewRunLine;
  readonly told?: RunProgress;
}

/**
 * Writes what handlers say of their runs, lines and progress, in batches and behind everything that
 * matters more: no run waits for it. Where the answer of a batch is lost it is written again, so a
 * line may be there twice. While the database is away for long, newer lines are dropped; of the
 * progress of a run only the last word is kept.
 */
export class Reporter {
  private readonly loop: Loop;
  private lines: NewRunLine[] = [];
  private progress = new Map<string, RunProgress>();
  private since = 0;
  private dropped = 0;
  private hurry = false;
  private empty: (() => void)[] = [];

  constructor(
    private readonly queue: RunQueue,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.loop = new Loop('reporter', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  line(line: NewRunLine): void {
    if (this.lines.length >= MAX_KEPT) return this.drop();
    this.begin();
    this.lines.push(line);
    if (this.lines.length === MANY_LINES) this.loop.wake();
  }

  setProgress(progress: RunProgress): void {
    this.begin();
    this.progress.set(progress.runId, progress);
  }

  /** Writes at once. Resolves when everything is in the ledger. */
  flushed(): Promise<void> {
    if (this.isEmpty()) return Promise.resolve();
    this.hurry = true;
    this.loop.wake();
    return new Promise((resolve) => this.empty.push(resolve));
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<number> {
    if (!this.isEmpty()) {
      const waitMs = this.since + TOGETHER_MS - this.clock.monotonic();
      if (waitMs > 0 && this.lines.length < MANY_LINES && !this.hurry) return waitMs;
      await this.write();
      if (!this.isEmpty()) return 0;
    }
    this.hurry = false;
    for (const resolve of this.empty.splice(0)) resolve();
    return Infinity;
  }

  private async write(): Promise<void> {
    const lines = this.lines.slice(0, MAX_WRITTEN);
    const progress = [...this.progress.values()];
    const words: Word[] = [
      ...lines.map((line) => ({ line })),
      ...progress.map((told) => ({ told })),
    ];
    await inParts(words, (part) => this.report(part), this.giveUp);
    this.lines.splice(0, lines.length);
    for (const told of progress) {
      if (this.progress.get(told.runId) === told) this.progress.delete(told.runId);
    }
    this.since = this.clock.monotonic();
    if (this.dropped === 0) return;
    this.log.warn(
      `${this.dropped} lines of runs are not in the ledger: there was no room for them.`,
    );
    this.dropped = 0;
  }

  private report(words: readonly Word[]): Promise<void> {
    return this.queue.report(
      words.flatMap(({ line }) => line ?? []),
      words.flatMap(({ told }) => told ?? []),
    );
  }

  /** One that cannot be stored keeps no other from it. */
  private readonly giveUp = async ({ line, told }: Word, why: unknown): Promise<void> => {
    const { runId } = (line ?? told)!;
    const reason = why instanceof Error ? why.message : String(why);
    this.log.warn(`A line or the progress of run ${runId} cannot be stored: ${reason}`);
  };

  /** The first word of a batch begins the time after which it is written. */
  private begin(): void {
    if (!this.isEmpty()) return;
    this.since = this.clock.monotonic();
    this.loop.wake();
  }

  private drop(): void {
    if (this.dropped === 0) {
      this.log.warn(
        `The database does not take the lines of runs: beyond ${MAX_KEPT} they are dropped.`,
      );
    }
    this.dropped++;
  }

  private isEmpty(): boolean {
    return this.lines.length + this.progress.size === 0;
  }
}
