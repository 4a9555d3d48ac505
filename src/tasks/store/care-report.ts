import type { Log } from '../domain/log.js';
import type { Care } from '../domain/care-decision.js';

/** So many jobs are named in a line. */
const MAX_NAMED = 5;

/** What was done for jobs in one go, told in a line for each kind. */
export class CareReport {
  private readonly done = new Map<Care | 'miss', string[]>();

  /** @param what `miss`: it was noticed that nobody knows the job */
  add(what: Care | 'miss', jobId: string): void {
    this.done.set(what, [...(this.done.get(what) ?? []), jobId]);
  }

  tell(log: Log): void {
    for (const [what, ids] of this.done) SENTENCES[what](log, jobs(ids.length), named(ids));
  }
}

const SENTENCES: Readonly<Record<Care | 'miss', (log: Log, jobs: string, named: string) => void>> =
  {
    resume: (log, count, ids) => log.log(`Resumed ${count}, as the pause was over: ${ids}.`),
    revive: (log, count, ids) => log.log(`Revived ${count}, as the code has returned: ${ids}.`),
    remove: (log, count, ids) => log.log(`Removed ${count} that had finished: ${ids}.`),
    miss: (log, count, ids) =>
      log.warn(
        `No live worker knows or declares ${count}: ${ids}. What is fired waits; if that lasts, no ` +
          `more is fired. Start a node whose code has it.`,
      ),
    orphan: (log, count, ids) =>
      log.warn(
        `Orphaned ${count} that no live worker has known or declared for long: ${ids}. Nothing is ` +
          `fired for it from now on, and nothing is deleted. Start a node whose code has it, or remove it.`,
      ),
  };

const jobs = (count: number) => (count === 1 ? '1 job' : `${count} jobs`);

function named(ids: readonly string[]): string {
  const rest = ids.length - MAX_NAMED;
  return ids.slice(0, MAX_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
