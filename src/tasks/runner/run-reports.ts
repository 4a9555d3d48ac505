import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { SECRET_KEYS } from '../domain/redact.js';
import type { LogLevel, Progress } from '../domain/run.js';
import { storableText } from '../domain/storable.js';
import type { ToEngine } from '../engine/messages.js';
import type { TaskLogger } from '../registry/task-context.js';
import { lineOf } from './line-of.js';
import type { ClaimedRun } from '../store/run-queue.js';

/** So many lines of a run are kept: a ledger is no log. */
const MAX_LINES = 1_000;
/** Longer lines and notes are cut, in characters. */
const MAX_LINE = 4_000;
const MAX_NOTE = 500;
/** Progress is told so often at most. */
const PROGRESS_MS = 500;

/**
 * What a handler tells while it runs: lines, and how far it has come.
 *
 * A handler may call these in a tight loop. What is kept is bounded, and of the progress only the
 * latest counts: it waits its turn, and the last one is told before the run ends.
 */
export class RunReports {
  readonly logger: TaskLogger;
  private isClosed = false;
  private lines = 0;
  private waiting: Progress | null = null;
  /** Ends the wait of a progress for its turn. */
  private pacing: AbortController | null = null;

  constructor(
    private readonly run: ClaimedRun,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly post: (message: ToEngine) => void,
    redact = SECRET_KEYS,
  ) {
    const say =
      (level: LogLevel, to: keyof Log) =>
      (...parts: unknown[]) =>
        this.write(level, to, lineOf(parts, redact));
    this.logger = {
      debug: say('debug', 'debug'),
      log: say('info', 'log'),
      warn: say('warn', 'warn'),
      error: say('error', 'error'),
    };
  }

  /** @param percent from 0 to 100; what lies outside is moved to the nearer bound */
  readonly progress = (percent: number, note?: string): void => {
    this.waiting = {
      percent: Math.min(100, Math.max(0, Number(percent) || 0)),
      note: note === undefined ? null : short(note, MAX_NOTE),
    };
    if (this.pacing === null) void this.pace();
  };

  /** The run ends: tells the last progress, and nothing after it. */
  close(): void {
    this.tellProgress();
    this.isClosed = true;
    this.pacing?.abort();
  }

  private write(level: LogLevel, to: keyof Log, message: string): void {
    const { runId, attempt, jobId } = this.run;
    const text = short(message, MAX_LINE);
    this.log[to](`${jobId}, run ${runId}: ${text}`);
    if (this.isClosed || ++this.lines > MAX_LINES) return;
    const isLast = this.lines === MAX_LINES;
    const line = {
      runId,
      attempt,
      at: this.clock.now(),
      level: isLast ? 'warn' : level,
      message: isLast
        ? `This and all further lines are dropped: a run keeps ${MAX_LINES}. They are in the process log.`
        : text,
    } as const;
    this.post({ type: 'line', line });
  }

  private async pace(): Promise<void> {
    const { signal } = (this.pacing = new AbortController());
    while (this.waiting !== null && !this.isClosed) {
      this.tellProgress();
      await this.clock.sleep(PROGRESS_MS, signal);
    }
    this.pacing = null;
  }

  private tellProgress(): void {
    const { waiting: progress } = this;
    this.waiting = null;
    if (progress === null || this.isClosed) return;
    const { runId, attempt } = this.run;
    this.post({ type: 'progress', progress: { runId, attempt, progress } });
  }
}

function short(text: string, most: number): string {
  const whole = storableText(String(text));
  return whole.length <= most ? whole : `${storableText(whole.slice(0, most - 1))}…`;
}
