import type { Circumstances } from '../domain/why/circumstances.js';
import type { Job } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import { why } from '../domain/why/why.js';
import type { Why } from '../domain/why/answer.js';
import type { ClusterStore } from '../store/cluster-store.js';
import { whyUnreadable } from '../domain/unreadable.js';
import { Slices } from '../store/slices.js';
import type { LatestRuns, RunStore } from '../store/run-store.js';

/** What an explanation is read from. */
export interface JobSources {
  readonly runs: RunStore;
  readonly cluster: ClusterStore;
}

/** So many of the latest rows of a job are looked at. */
export const LOOKED_AT = 10;

/** So many jobs are explained in one go. */
const SLICE = 25;

/**
 * Why each of these jobs has not run, or when it will, in a few statements however many there are.
 *
 * What is going on may be far behind the latest rows: one run that hangs since yesterday has a skipped
 * row for each minute on top of it. So runs that are not over are looked for by themselves.
 *
 * @param latest the latest rows of each job, as many as are looked at, or a promise of them
 * @returns in the order of the jobs
 */
export async function explainJobs(
  jobs: readonly Job[],
  { runs, cluster }: JobSources,
  latest: ReadonlyMap<string, LatestRuns> | Promise<ReadonlyMap<string, LatestRuns>>,
): Promise<readonly Why[]> {
  const [state, leader, nodes, rows, open] = await Promise.all([
    cluster.state(),
    cluster.leader(),
    cluster.nodes(),
    latest,
    runs.openOf(jobs.map(({ id }) => id)),
  ]);
  const alive = nodes.filter((node) => node.alive);
  const slices = new Slices(SLICE);
  const whys: Why[] = [];
  for (const job of jobs) {
    await slices.did(1);
    const circumstances: Circumstances = {
      job,
      unreadable: job.state === 'unreadable' ? whyUnreadable({ ...job }) : null,
      runs: standing(rows.get(job.id)?.runs ?? [], open.get(job.id) ?? []),
      cluster: state,
      leader,
      nodes: alive,
      now: state.now,
    };
    whys.push(why(circumstances));
  }
  return whys;
}

/** The same of one job. */
export async function explainJob(job: Job, sources: JobSources): Promise<Why> {
  const latest = sources.runs.latestOf([job.id], LOOKED_AT, 0);
  const [answer] = await explainJobs([job], sources, latest);
  return answer!;
}

/** The latest rows and those that are not over, each once, newest first. */
function standing(latest: readonly Run[], open: readonly Run[]): Run[] {
  const byId = new Map([...latest, ...open].map((run) => [run.id, run]));
  return [...byId.values()].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
}
