import { ChangeFeed, type Change, type Changes } from '../../change-feed.js';
import type { MemoryDatabase } from '../database.js';

interface Dated {
  readonly at: Date;
  readonly key: string;
  readonly change: Change;
}

/** The rows of jobs tell that they were changed, but not how. */
export class MemoryChangeFeed extends ChangeFeed {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async since(since: Date | null, limit: number): Promise<Changes> {
    const found = since === null ? [] : this.all().filter(({ at }) => at > since);
    const inOrder = found.sort((a, b) => a.at.getTime() - b.at.getTime());
    return {
      changes: inOrder.slice(0, limit).map(({ key, change }) => ({ key, change })),
      more: found.length > limit,
      now: this.database.now(),
    };
  }

  private all(): Dated[] {
    const { jobs, removed, runs, terms, nodes } = this.database;
    return [
      ...[...jobs.values()].map(({ id, revision, updatedAt }) => ({
        at: updatedAt,
        key: `j${id}.${revision}`,
        change: {
          kind: 'job' as const,
          jobId: id,
          revision,
          action: revision === 1 ? 'job.add' : 'job.modify',
        },
      })),
      ...removed.map(({ jobId, at }) => ({
        at,
        key: `d${jobId}.${at.getTime()}`,
        change: { kind: 'job' as const, jobId, revision: null, action: 'job.remove' },
      })),
      ...runs.all().map(({ id, jobId, state, attempt, ...run }) => ({
        at:
          state === 'pending' ? run.createdAt : (run.finishedAt ?? run.startedAt ?? run.createdAt),
        key: `r${id}.${attempt}.${state}`,
        change: { kind: 'run' as const, runId: id, jobId, state, attempt },
      })),
      ...terms.map(({ acquiredAt, nodeId, fencingToken }) => ({
        at: acquiredAt,
        key: `l${fencingToken}`,
        change: { kind: 'leader' as const, nodeId, fencingToken },
      })),
      ...[...nodes.values()].map(({ id, startedAt, stoppedAt }) => ({
        at: stoppedAt ?? startedAt,
        key: `n${id}${stoppedAt === null ? '+' : '-'}`,
        change: { kind: 'node' as const, nodeId: id, stopped: stoppedAt !== null },
      })),
    ];
  }
}
