import { setTimeout as sleep } from 'node:timers/promises';
import type { HandlerStart } from '../simulation/history.js';
import type { Violation } from '../simulation/invariants.js';
import type { Cluster } from './cluster.js';
import type { Observer } from './observer.js';
import { readRecord } from './record-file.js';

/** How many runs a node works on at once, as the nodes are started. */
const SLOTS = 10;

const PATIENCE_MS = 30_000;
const ROUNDS = 3;

/** After all that has happened each node still has all its slots: it is given more to do than it can. */
export async function fillEverySlot(observer: Observer, cluster: Cluster): Promise<Violation[]> {
  const since = new Date();
  const giveUpAt = Date.now() + PATIENCE_MS;
  const names = cluster.slots.filter(({ node }) => node.isAlive).map(({ node }) => node.name);
  for (;;) {
    await observer.query(LINGERING, [ROUNDS * SLOTS * names.length]);
    await observer.query(`SELECT pg_notify('carillon_wake', 'runs')`);
    await untilDone(observer, giveUpAt);
    const most = await mostAtOnce(observer, cluster.recordFile, since);
    const lacking = names.filter((name) => (most.get(name) ?? 0) < SLOTS);
    if (lacking.length === 0) return [];
    if (Date.now() < giveUpAt) continue;
    return lacking.map((name) => ({
      invariant: 'no slot is lost',
      detail: `${name} worked on ${most.get(name) ?? 0} runs at once, and has ${SLOTS} slots`,
      evidence: [...most],
    }));
  }
}

/** Of a job that is gone: they run all the same. */
const LINGERING = `
  INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, created_at)
  SELECT 'flood-of-lingerers', 'linger', at, at, 'manual', 'pending', true, at
  FROM (SELECT date_trunc('milliseconds', now()) AS at) AS due, generate_series(1, $1::int)`;

async function untilDone(observer: Observer, giveUpAt: number): Promise<void> {
  while (Date.now() < giveUpAt) {
    await sleep(500);
    const left = await observer.query(
      `SELECT 1 FROM carillon.runs
       WHERE job_id = 'flood-of-lingerers' AND state IN ('pending', 'running') LIMIT 1`,
    );
    if (left.length === 0) return;
  }
}

/** As the handlers themselves have written it down. */
async function mostAtOnce(
  observer: Observer,
  recordFile: string,
  since: Date,
): Promise<Map<string, number>> {
  const nodes = await observer.query<{ id: string; name: string }>(
    'SELECT id, name FROM carillon.nodes',
  );
  const { starts, ends } = readRecord(recordFile);
  const endOf = new Map(ends.map((end) => [callKey(end), end.at.getTime()]));
  return new Map(
    nodes.map(({ id, name }) => {
      const calls = starts.filter(({ nodeId, at }) => nodeId === id && at >= since);
      const steps = calls.flatMap((start) => {
        const end = endOf.get(callKey(start));
        return end === undefined ? [] : [[start.at.getTime(), 1] as const, [end, -1] as const];
      });
      steps.sort(([at, by], [otherAt, otherBy]) => at - otherAt || by - otherBy);
      let now = 0;
      return [name, Math.max(0, ...steps.map(([, by]) => (now += by)))];
    }),
  );
}

const callKey = ({ runId, attempt, nodeId }: HandlerStart) => `${runId}/${attempt}/${nodeId}`;
