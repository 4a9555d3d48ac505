import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../../src/tasks/domain/run.js';
import type { History, JobHistory } from '../simulation/history.js';
import { check, type Violation } from '../simulation/invariants.js';
import { DEAD_AFTER_MS, type Cluster } from './cluster.js';
import type { Inflicted } from './fault.js';
import { judgeAside } from './judge-aside.js';
import { readHistory } from './history.js';
import type { Observer } from './observer.js';
import type { Workload } from './workload.js';

/** How long everything may take to be well again. Far above the bounds, for machines that are busy. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 500;
/** What was longer ago says nothing of whether all is well now. */
const LATELY_MS = 90_000;

export interface Recovery {
  /** How long it took until everything was well; null: it never was. */
  readonly ms: number | null;
  /** What was still wrong in the end. */
  readonly violations: readonly Violation[];
}

/** Waits until the cluster keeps what it promises for calm times. */
export async function recover(
  observer: Observer,
  cluster: Cluster,
  workload: Workload,
): Promise<Recovery> {
  const healedAt = performance.now();
  for (;;) {
    const history = await readHistory(observer, cluster, workload, null, LATELY_MS);
    const aside = await judgeAside(observer, cluster.recordFile);
    const violations = [...calmViolations(history), ...aside];
    const ms = Math.round(performance.now() - healedAt);
    if (violations.length === 0) return { ms, violations };
    if (ms > PATIENCE_MS) return { ms: null, violations };
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Those that are violations only because nothing is broken any more, for as long as one likes. */
function calmViolations(history: History): Violation[] {
  const always = new Set(check(history).map(key));
  const inCalm = check({ ...history, calmSince: new Date(0) });
  return inCalm.filter(
    (violation) => violation.invariant !== OF_THE_PAST && !always.has(key(violation)),
  );
}

/** What happened in wild times, no calm can mend. */
const OF_THE_PAST = 'a run is not tried beside itself';

const key = ({ invariant, detail }: Violation) => `${invariant}: ${detail}`;

/** What must hold of a cluster whose nodes have all been stopped in order. */
export async function judge(
  observer: Observer,
  history: History,
  timeline: readonly Inflicted[],
): Promise<Violation[]> {
  const rows = (sql: string) => observer.query(sql);
  return [
    ...check(history),
    ...found(
      'nothing overwrites an end',
      'a run that had ended was written again',
      await rows('SELECT was, became, at FROM chaos.overwritten LIMIT 20'),
    ),
    ...found(
      'a token never falls',
      'the lock got a smaller token',
      await rows('SELECT * FROM chaos.tokens WHERE token < before'),
    ),
    ...found(
      'a stop leaves nothing running',
      'a run is running, and every node has been stopped',
      history.runs.filter(({ state }) => state === 'running'),
    ),
    ...found(
      'nothing is fired early',
      'a fire time was recorded before it had come',
      history.runs.filter((run) => run.cause === 'fired' && run.createdAt < run.fireAt),
    ),
    ...found(
      'no run is made above the limit',
      'a run was made although as many as its job allows were pending or running',
      history.jobs.flatMap((job) => aboveLimit(job, history.runs)),
    ),
    ...found(
      'a node that is well keeps its runs',
      'a run was given up, and nothing ailed its node',
      history.runs.filter((run) => isGivenUpWithoutCause(run, history, timeline)),
    ),
  ];
}

const found = (invariant: string, detail: string, evidence: readonly unknown[]) =>
  evidence.map((one) => ({ invariant, detail, evidence: [one] }));

/** Seen from the ledger: what handlers can show is only how long they happened to work. */
function aboveLimit({ id, policy }: JobHistory, runs: readonly Run[]): Run[][] {
  if (policy.overlap !== 'skip') return [];
  const own = runs.filter(({ jobId, state }) => jobId === id && state !== 'skipped');
  return own.flatMap((run) => {
    const live = own.filter(
      (other) =>
        other.createdAt < run.createdAt &&
        (other.finishedAt === null || other.finishedAt.getTime() > madeAt(run, other)),
    );
    return live.length >= policy.maxInstances ? [[run, ...live]] : [];
  });
}

/**
 * What gives way to a run is ended by the statement that makes it. That does both one after the other,
 * with the time of each, and on a busy machine it may stand still in between.
 */
const madeAt = ({ createdAt }: Run, { reason }: Run) =>
  createdAt.getTime() + (reason === 'superseded' ? 1_000 : 0);

/** What was done to a node so long ago may still be felt by it. */
const AFTERMATH_MS = 4 * DEAD_AFTER_MS;

function isGivenUpWithoutCause(
  { state, error, nodeId, finishedAt }: Run,
  { nodes }: History,
  timeline: readonly Inflicted[],
): boolean {
  if (state !== 'abandoned' || error?.name !== 'NodeLost' || finishedAt === null) return false;
  const node = nodes.find(({ id }) => id === nodeId);
  if (node?.endedAt && node.endedAt <= finishedAt) return false;
  return !timeline.some(({ at, until }) => {
    const felt = until === null ? Infinity : until.getTime() + AFTERMATH_MS;
    return at <= finishedAt && finishedAt.getTime() <= felt;
  });
}
