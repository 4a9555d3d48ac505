import { failuresOf, type Failures } from '../../../domain/outcomes.js';
import {
  LATE_MS,
  MISFIRED_FOR_MS,
  OLD_PAUSE_MS,
  type JobGroup,
} from '../../../domain/problems/situation.js';
import { whyUnreadable } from '../../../domain/unreadable.js';
import { MAX_NAMED, type Troubles } from '../../cluster-store.js';
import type { MemoryDatabase } from '../database.js';
import type { JobRow } from '../rows.js';

/** What is wrong with jobs and runs. */
export function troublesOf(database: MemoryDatabase): Troubles {
  const now = database.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  const jobs = [...database.jobs.values()];
  const some = (sinceOf: (job: JobRow) => Date | null): JobGroup => {
    const found = jobs.flatMap((job) => {
      const since = sinceOf(job);
      return since === null ? [] : [{ id: job.id, name: job.name, since }];
    });
    found.sort((a, b) => a.since.getTime() - b.since.getTime() || (a.id < b.id ? -1 : 1));
    return { count: found.length, jobs: found.slice(0, MAX_NAMED) };
  };
  const isUnreadable = (job: JobRow) => whyUnreadable(job) !== null;
  const due = (job: JobRow) =>
    job.nextFireAt !== null && job.nextFireAt < before(LATE_MS) ? job.nextFireAt : null;
  const waiting = database.runs
    .live()
    .filter(({ state, held, runAt }) => state === 'pending' && held === null && runAt <= now)
    .filter(({ task }) => !jobs.some((job) => job.task === task && job.unknownSince !== null))
    .map(({ runAt }) => runAt)
    .sort((a, b) => a.getTime() - b.getTime());
  return {
    overdue: some((job) => (isUnreadable(job) ? null : due(job))),
    unreadable: some((job) => (isUnreadable(job) ? due(job) : null)),
    unknown: some(({ state, unknownSince }) =>
      state === 'active' || state === 'paused' ? unknownSince : null,
    ),
    failing: failing(
      database,
      some((job) => failuresIn(database, job)?.since ?? null),
    ),
    misfired: some((job) => misfiredSince(database, job, before(MISFIRED_FOR_MS))),
    orphaned: some(({ state, orphanedAt, unknownSince }) =>
      state === 'orphaned' ? (orphanedAt ?? unknownSince) : null,
    ),
    pausedLong: some(({ state, pausedAt }) =>
      state === 'paused' && pausedAt !== null && pausedAt < before(OLD_PAUSE_MS) ? pausedAt : null,
    ),
    unsettled: some((job) => unsettledSince(database, job)),
    waiting: { count: waiting.length, oldestRunAt: waiting[0] ?? null },
  };
}

function unsettledSince(database: MemoryDatabase, { id }: JobRow): Date | null {
  const silent = database.runs.live(id).flatMap(({ state, nodeId }) => {
    const node = state === 'running' ? database.nodes.get(nodeId ?? '') : undefined;
    return node && database.isSilentFor(node, LATE_MS) ? [node.heartbeatAt] : [];
  });
  return silent.sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

function misfiredSince(database: MemoryDatabase, { id }: JobRow, after: Date): Date | null {
  const missed = database.runs.all().flatMap(({ jobId, reason, finishedAt }) => {
    const isIt = jobId === id && reason === 'misfired' && finishedAt !== null && finishedAt > after;
    return isIt ? [finishedAt] : [];
  });
  return missed.sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

const failing = (database: MemoryDatabase, { count, jobs }: JobGroup): JobGroup => ({
  count,
  jobs: jobs.map((job) => {
    const failures = failuresIn(database, database.jobs.get(job.id)!);
    return { ...job, inARow: failures?.inARow ?? 0 };
  }),
});

function failuresIn(database: MemoryDatabase, { id, createdAt }: JobRow): Failures | null {
  const own = database.runs
    .all()
    .filter(
      ({ jobId, finishedAt }) => jobId === id && finishedAt !== null && finishedAt >= createdAt,
    );
  return failuresOf(own.toReversed());
}
