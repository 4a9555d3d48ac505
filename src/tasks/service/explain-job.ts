import type { Circumstances } from '../domain/why/circumstances.js';
import type { Job } from '../domain/job.js';
import type { BriefRun, Run } from '../domain/run.js';
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
      runs: standing(job, rows.get(job.id), open.get(job.id) ?? []),
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
function standing(job: Job, latest: LatestRuns | undefined, open: readonly Run[]): Run[] {
  const { runs = [], brief = [] } = latest ?? {};
  const ended = brief.slice(0, LOOKED_AT).filter(({ finishedAt }) => finishedAt !== null);
  const known = [...ended.map((run) => inBrief(job, run)), ...runs, ...open];
  const byId = new Map(known.map((run) => [run.id, run]));
  return [...byId.values()].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
}

/** A run that has ended, of which nothing is known but what became of it. One that goes on is known whole. */
const inBrief = ({ id: jobId, task }: Job, run: BriefRun): Run => ({
  ...run,
  jobId,
  task,
  coversFrom: null,
  coversTo: null,
  coversCount: null,
  attempt: 1,
  nodeId: null,
  fencingToken: null,
  priority: 0,
  held: null,
  handlerAlive: false,
  createdAt: run.fireAt,
  error: null,
  result: null,
  progress: null,
  retryOf: null,
  backfillId: null,
  cancelRequestedAt: null,
});
