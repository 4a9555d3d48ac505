import { ChangeFeed, type Changes } from '../store/change-feed.js';
import type { LocalNode } from './local-node.js';

/** What has changed in this process: what is there tells it, and nobody else changes it. */
export class LocalChangeFeed extends ChangeFeed {
  constructor(private readonly node: LocalNode) {
    super();
  }

  async since(since: Date | null, limit: number): Promise<Changes> {
    const now = this.node.clock.now();
    const found = since === null ? [] : this.all().filter(({ at }) => at > since);
    found.sort((a, b) => a.at.getTime() - b.at.getTime());
    return { changes: found.slice(0, limit), more: found.length > limit, now };
  }

  private all() {
    const jobs = [...this.node.jobs.values()].map((job) => {
      const { id: jobId, revision, updatedAt: at } = job.toJob();
      const action = revision === 1 ? 'job.add' : 'job.modify';
      const change = { kind: 'job' as const, jobId, revision, action };
      return { at, key: `j${jobId}.${revision}`, change };
    });
    const runs = this.node.ledger.all().map((run) => {
      const { id: runId, jobId, state, attempt, finishedAt, startedAt, createdAt } = run.toRun();
      const at = state === 'pending' ? createdAt : (finishedAt ?? startedAt ?? createdAt);
      const change = { kind: 'run' as const, runId, jobId, state, attempt };
      return { at, key: `r${runId}.${attempt}.${state}`, change };
    });
    return [...jobs, ...runs];
  }
}
