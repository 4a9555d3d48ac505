import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { Fire, Skips } from '../store/fire-ledger.js';

/** How often it says something, in ms. */
const EVERY_MS = 60_000;
/** So many jobs are named in a line. */
const MAX_NAMED = 10;

/**
 * Fire times that were skipped, in a line a minute at most: a job of every second that is slow would fill
 * the log otherwise. Each of them has its row, which says why.
 */
export class SkipSummary {
  private readonly counts = new Map<string, number>();
  private toldAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @param fires what a statement fired, for what it was too late for */
  add(skips: readonly Skips[], fires: readonly Fire[] = []): void {
    for (const { jobId, reason, count } of [...skips, ...fires.flatMap(misfiresOf)]) {
      const key = `${jobId} ${reason}`;
      this.counts.set(key, (this.counts.get(key) ?? 0) + count);
    }
  }

  /** Says what has gathered, if it is time to. */
  tell(): void {
    const now = this.clock.monotonic();
    if (this.counts.size === 0 || now - this.toldAt < EVERY_MS) return;
    this.toldAt = now;
    const most = [...this.counts].sort(([, a], [, b]) => b - a);
    const count = most.reduce((sum, [, many]) => sum + many, 0);
    const named = most.slice(0, MAX_NAMED).map(([key, many]) => `${key} ${many}`);
    const more = most.length > MAX_NAMED ? ` and ${most.length - MAX_NAMED} more` : '';
    this.counts.clear();
    this.log.warn(
      `Skipped ${count} fire times: ${named.join(', ')}${more}. The runs of these jobs say why; this is ` +
        'told once a minute at most.',
      { event: 'fires.skipped', count, jobs: named.join(', ') },
    );
  }
}

const misfiresOf = ({ job: { jobId }, plan: { ranges } }: Fire): readonly Skips[] =>
  ranges.flatMap(({ reason, count }) =>
    reason === 'misfired' ? [{ jobId, reason, count: count ?? 1 }] : [],
  );
