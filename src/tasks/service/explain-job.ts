import { MAX_WAITING, type Circumstances } from '../domain/why/circumstances.js';
import type { Job } from '../domain/job.js';
import type { Run, RunState } from '../domain/run.js';
import { why } from '../domain/why/why.js';
import type { Why } from '../domain/why/answer.js';
import type { ClusterStore } from '../store/cluster-store.js';
import { whyUnreadable } from '../domain/unreadable.js';
import type { RunStore } from '../store/run-store.js';

/** What an explanation is read from. */
export interface JobSources {
  readonly runs: RunStore;
  readonly cluster: ClusterStore;
}

/** So many of the latest rows are looked at. */
const LATEST = 10;

/**
 * Why a job has not run, or when it will.
 *
 * What is going on may be far behind the latest rows: one run that hangs since yesterday has a skipped
 * row for each minute on top of it. So runs that are not over are looked for by their state.
 */
export async function explainJob(job: Job, { runs, cluster }: JobSources): Promise<Why> {
  const rows = async (limit: number, state?: RunState) =>
    (await runs.list({ job: job.id, limit, ...(state && { state }) })).items;
  const [state, leader, nodes, ...found] = await Promise.all([
    cluster.state(),
    cluster.leader(),
    cluster.nodes(),
    rows(LATEST),
    rows(LATEST, 'running'),
    rows(MAX_WAITING, 'pending'),
    // Their handlers may go on.
    rows(LATEST, 'timed-out'),
  ]);
  const circumstances: Circumstances = {
    job,
    unreadable: whyUnreadable({ ...job }),
    runs: standing(...found),
    cluster: state,
    leader,
    nodes: nodes.filter(({ alive }) => alive),
    now: state.now,
  };
  return why(circumstances);
}

/** The latest rows and those of the others that are not over, each once, newest first. */
function standing(latest: readonly Run[], ...others: readonly (readonly Run[])[]): Run[] {
  const open = others
    .flat()
    .filter(({ state, handlerAlive }) => state !== 'timed-out' || handlerAlive);
  const byId = new Map([...latest, ...open].map((run) => [run.id, run]));
  return [...byId.values()].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
}
