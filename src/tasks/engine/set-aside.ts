import type { Log } from '../domain/log.js';
import type { DueJobs } from '../store/fire-ledger.js';
import type { DueJobKey } from '../domain/due-job.js';

/**
 * Jobs that the leader cannot read, or whose rows cannot be written, for as long as it leads: they are not asked for again, so that
 * they never crowd out those that can be read. An edit makes another revision, and a new try.
 */
export class SetAside {
  private readonly revisions = new Map<string, number>();

  constructor(private readonly log: Log) {}

  get keys(): readonly DueJobKey[] {
    return [...this.revisions].map(([jobId, revision]) => ({ jobId, revision }));
  }

  /** Each is told of once. */
  add({ jobId, revision, reason }: DueJobs['unreadable'][number]): void {
    if (this.revisions.get(jobId) === revision) return;
    this.revisions.set(jobId, revision);
    this.log.error(`Job "${jobId}" cannot be read or written and does not fire: ${reason}`, {
      event: 'job.set-aside',
      jobId,
      reason,
    });
  }

  clear(): void {
    this.revisions.clear();
  }
}
