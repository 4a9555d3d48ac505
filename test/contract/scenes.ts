import { planFires } from '../../src/tasks/domain/fire-plan.js';
import type { NewJob } from '../../src/tasks/domain/job.js';
import { triggerOf } from '../../src/tasks/triggers/parse-trigger.js';
import type { Fire, Fired } from '../../src/tasks/store/fire-ledger.js';
import type { DueJob } from '../../src/tasks/domain/due-job.js';
import { KEPT, type Pruned } from '../../src/tasks/store/history.js';
import type { Run } from '../../src/tasks/domain/run.js';
import type { ClaimedRun } from '../../src/tasks/store/run-queue.js';
import { aJob, minutes, TASK } from '../support/builders.js';
import type { TestNode, TestNodeOptions, TestStore } from './test-store.js';

/** A node that is known to the cluster. */
export async function aNodeAtWork(
  store: TestStore,
  name = 'north',
  options: TestNodeOptions = {},
): Promise<TestNode> {
  const node = store.node(name, options);
  await node.roster.register();
  return node;
}

/** Makes a node the leader. Its token. */
export async function lead(node: TestNode): Promise<number> {
  const { fencingToken } = await node.lock.read();
  const acquired = await node.lock.takeOver(fencingToken, false);
  if (acquired === null) throw new Error('the lock was not free');
  return acquired.fencingToken;
}

export const clockOf = async (store: TestStore) => (await store.cluster.state()).now;

/** Adds a job that fires every minute and moves the clock until it is due. */
export async function aDueJobIn(
  store: TestStore,
  id: string,
  job: Partial<NewJob> = {},
): Promise<void> {
  await store.jobs.add(aJob(id, job), 'api');
  store.advance(minutes(1));
}

/** What is to be fired now, as the planner would have it. */
export async function planDue(store: TestStore, node: TestNode): Promise<Fire[]> {
  const { jobs, pauses } = await node.fires.due(0, 1_000);
  const now = await clockOf(store);
  return jobs.map((job) => plan(job, now, pauses.stretches));
}

function plan(job: DueJob, now: Date, pauses: Parameters<typeof planFires>[0]['pauses']): Fire {
  const { jobId, policy, fired, nextFireAt: plannedAt } = job;
  const trigger = triggerOf(job.trigger, { seed: jobId });
  return { job, plan: planFires({ jobId, trigger, policy, fired, plannedAt, now, pauses }) };
}

/** Fires what is due, as the leader does. */
export async function fireDue(
  store: TestStore,
  node: TestNode,
  token: number,
  wantsRows?: boolean,
): Promise<Fired> {
  const { pauses } = await node.fires.due(0, 1);
  return node.fires.fire(token, pauses.count, await planDue(store, node), wantsRows);
}

/** Takes runs of these tasks for a node. */
export async function claim(
  node: TestNode,
  slots: number,
  tasks: readonly string[] = [TASK],
): Promise<readonly ClaimedRun[]> {
  return (await node.queue.claim(tasks, slots)).runs;
}

/** A run of a job of its own, running on `node`. */
export async function aRunningRun(
  store: TestStore,
  node: TestNode,
  jobId = 'daily-report',
  job: Partial<NewJob> = {},
): Promise<ClaimedRun> {
  await store.jobs.add(aJob(jobId, job), 'api');
  await store.jobs.runNow(jobId, {});
  const claimed = await claim(node, 100);
  const run = claimed.find((one) => one.jobId === jobId);
  if (!run) throw new Error(`the run of ${jobId} was not claimed`);
  return run;
}

/** The runs of a job, oldest first. */
export async function runsOf(store: TestStore, job: string): Promise<readonly Run[]> {
  return (await store.runs.list({ job, limit: 1_000 })).items.toReversed();
}

export async function run(store: TestStore, id: string): Promise<Run> {
  const found = await store.runs.get(id);
  if (!found) throw new Error(`there is no run ${id}`);
  return found;
}

/** Deletes all that is older than the retention. How many runs went. */
export async function pruneAll({ history }: TestNode): Promise<number> {
  let runs = 0;
  for (const what of KEPT) {
    for (let from: Date | null = null, more = true; more;) {
      const pruned: Pruned = await history.prune(what, from);
      if (what === 'runs') runs += pruned.rows;
      ({ more, upTo: from } = pruned);
    }
  }
  return runs;
}
