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
    for (const [what, ids] of this.done) {
      const line = SENTENCES[what](jobs(ids.length), named(ids));
      const fields = { event: EVENTS[what], count: ids.length, jobIds: named(ids) };
      if (what === 'miss' || what === 'orphan') log.warn(line, fields);
      else log.log(line, fields);
    }
  }
}

const EVENTS: Readonly<Record<Care | 'miss', string>> = {
  resume: 'jobs.resumed',
  revive: 'jobs.revived',
  remove: 'jobs.removed',
  miss: 'jobs.unknown',
  orphan: 'jobs.orphaned',
};

const SENTENCES: Readonly<Record<Care | 'miss', (jobs: string, named: string) => string>> = {
  resume: (count, ids) => `Resumed ${count}, as the pause was over: ${ids}.`,
  revive: (count, ids) => `Revived ${count}, as the code has returned: ${ids}.`,
  remove: (count, ids) => `Removed ${count} that had finished: ${ids}.`,
  miss: (count, ids) =>
    `No live worker knows or declares ${count}: ${ids}. What is fired waits; if that lasts, no ` +
    `more is fired. Start a node whose code has it.`,
  orphan: (count, ids) =>
    `Orphaned ${count} that no live worker has known or declared for long: ${ids}. Nothing is ` +
    `fired for it from now on, and nothing is deleted. Start a node whose code has it, or remove it.`,
};

const jobs = (count: number) => (count === 1 ? '1 job' : `${count} jobs`);

function named(ids: readonly string[]): string {
  const rest = ids.length - MAX_NAMED;
  return ids.slice(0, MAX_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
