import { jobPolicySchema, POLICY_NAMES, type JobPolicy } from '../../src/tasks/domain/job.js';
import type { Run } from '../../src/tasks/domain/run.js';
import type { History, JobHistory } from '../simulation/history.js';
import { isAside, notAside } from './aside.js';
import { DEAD_AFTER_MS, type Cluster } from './cluster.js';
import type { Observer } from './observer.js';
import { planStretches, type PlanChange } from './plan-stretches.js';
import { readRecord } from './record-file.js';
import type { Workload } from './workload.js';

/** What must be well again so soon after the last fault; a busy machine is no violation. */
const BOUNDS = { takeOverMs: 10_000, settleMs: 15_000, deadAfterMs: DEAD_AFTER_MS, slackMs: 5_000 };

/**
 * What the cluster did, from the database and from the record.
 *
 * @param calmSince null: something is still broken, or nobody is left
 * @param lastMs only what has happened so long before now, in ms, and what is not finished. Reading and
 *   judging all of a long run takes seconds, in which this process moves nothing through its relays.
 *   Default: all
 */
export async function readHistory(
  observer: Observer,
  cluster: Cluster,
  workload: Workload,
  calmSince: Date | null,
  lastMs: number | null = null,
): Promise<History> {
  const { starts, ends } = readRecord(cluster.recordFile);
  const runs = await observer.query<Run & Record<string, unknown>>(RUNS, [lastMs]);
  const ids = new Set(runs.map(({ id }) => id));
  const isSeen = (one: { readonly jobId: string; readonly runId: string }) =>
    lastMs === null ? !isAside(one.jobId) : ids.has(one.runId);
  const [lock] = await observer.query<{ nodeId: string | null; expiresAt: Date; now: Date }>(
    `SELECT node_id AS "nodeId", expires_at AS "expiresAt", clock_timestamp() AS now
     FROM carillon.leader_lock`,
  );
  const terms = await observer.query<{ fencingToken: number; nodeId: string }>(
    `SELECT token::float8 AS "fencingToken", node_id AS "nodeId"
     FROM chaos.tokens WHERE node_id IS NOT NULL ORDER BY id`,
  );
  const nodes = await observer.query<{ id: string; name: string }>(
    'SELECT id, name FROM carillon.nodes',
  );
  const endOf = new Map(cluster.all.map((node) => [node.name, node.endedAt]));
  return {
    now: lock!.now,
    jobs: await readJobs(observer, workload),
    runs,
    starts: starts.filter(isSeen),
    ends: ends.filter(isSeen),
    terms,
    lock: { nodeId: lock!.nodeId, expiresAt: finite(lock!.expiresAt) },
    nodes: nodes.map(({ id, name }) => ({ id, endedAt: endOf.get(name) ?? null })),
    stops: workload.stops,
    unlimited: [],
    calmSince,
    bounds: BOUNDS,
  };
}

async function readJobs(observer: Observer, { changes }: Workload): Promise<JobHistory[]> {
  const seen = await observer.query<PlanChange & { job: Record<string, unknown> | null }>(
    `SELECT job_id, job, before_at, last_at, fired, overdue_to, after_at, at
     FROM chaos.plans WHERE ${notAside('job_id')} ORDER BY id`,
  );
  const plans = await observer.query<PlanRow>(
    `SELECT p.job_id AS id, p.next_fire_at AS "nextFireAt", p.last_fire_at AS "lastFireAt",
            j.idle_since AS "idleSince"
     FROM carillon.job_plans p JOIN carillon.jobs j ON j.id = p.job_id
     WHERE ${notAside('p.job_id')}`,
  );
  return [...new Set(seen.map(({ job_id }) => job_id))].map((id) => {
    const own = seen.filter(({ job_id }) => job_id === id);
    const stored = own.findLast(({ job }) => job !== null)!.job!;
    const plan = plans.find((row) => row.id === id);
    return {
      id,
      policy: policyOf(stored),
      plans: planStretches(
        own,
        changes.filter(({ jobId }) => jobId === id),
      ),
      nextFireAt: plan?.nextFireAt ?? null,
      lastFireAt: plan?.lastFireAt ?? null,
      idleSince: plan?.idleSince ?? null,
    };
  });
}

interface PlanRow {
  id: string;
  nextFireAt: Date | null;
  lastFireAt: Date | null;
  idleSince: Date | null;
}

/** The columns of policies have their names in other letters. */
function policyOf(stored: Record<string, unknown>): JobPolicy {
  const column = (name: string) =>
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return jobPolicySchema.parse(
    Object.fromEntries(POLICY_NAMES.map((name) => [name, stored[column(name)]])),
  );
}

const RUNS = `
  SELECT id::text, job_id AS "jobId", task, cause, fire_at AS "fireAt", run_at AS "runAt", state,
         reason, covers_from AS "coversFrom", covers_to AS "coversTo",
         covers_count AS "coversCount", attempt, node_id AS "nodeId",
         fencing_token::float8 AS "fencingToken", priority, created_at AS "createdAt",
         started_at AS "startedAt", finished_at AS "finishedAt", error, result, progress, held,
         retry_of::text AS "retryOf", backfill_id AS "backfillId",
         handler_alive AS "handlerAlive", cancel_requested_at AS "cancelRequestedAt"
  FROM carillon.runs
  WHERE ${notAside('job_id')}
    AND ($1::int IS NULL OR finished_at IS NULL
         OR created_at > clock_timestamp() - $1::int * interval '1 millisecond')
  ORDER BY runs.id`;

/** The driver gives an infinite instant as a number. */
const finite = (at: Date | number): Date | null => (at instanceof Date ? at : null);
