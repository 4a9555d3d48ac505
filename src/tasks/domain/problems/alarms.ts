import { ofEachJob } from './job-problems.js';
import { silentProblem } from './node-problems.js';
import type { Problem, ProblemKind } from './situation.js';

/** What somebody is to be told of once when it begins, and once when it is over. */
export interface Alarm {
  /** The same for as long as it lasts, such as `failing:daily-report` or `no-leader`. */
  readonly key: string;
  readonly kind: ProblemKind;
  readonly severity: Problem['severity'];
  /** Null: it is not about one job. */
  readonly jobId: string | null;
  /** Of a job that fails: how often in a row, as far as that is counted; null: it is about something else. */
  readonly inARow: number | null;
  /** It is told only when it has been seen for so long, in ms. */
  readonly sureAfterMs: number;
  /** RFC 3339; null: nobody knows since when. */
  readonly since: string | null;
  readonly message: string;
  readonly remedy: string;
  /** Where in the API more of it is told, after its prefix. */
  readonly link: string;
}

/** One of each node, not one of all. */
const OF_A_NODE: readonly ProblemKind[] = ['blocked-node', 'loop-failing', 'silent-node'];

/** They come for a moment where a node takes over from another, and are told of only when they last, in ms. */
const SURE_AFTER_MS: Partial<Record<ProblemKind, number>> = {
  'no-leader': 5_000,
  'loop-failing': 5_000,
  'blocked-node': 5_000,
};

/** It is seen, and not told. */
const NEVER_MS = 1e12;

/**
 * The alarms of these problems. A problem of few jobs is one alarm for each, so that each begins and ends for itself;
 * where not all of them are named it is one alarm. One of nodes is an alarm for each of them.
 *
 * While nobody leads, each node finds that it cannot do its work: that is told once, of all.
 */
export function alarmsOf(problems: readonly Problem[]): Alarm[] {
  const hasLeader = problems.every(({ kind }) => kind !== 'no-leader');
  return problems
    .flatMap((problem) => ofEach(problem).map(alarmOf))
    .map((alarm) =>
      // What was told of before stays open.
      hasLeader || alarm.kind !== 'loop-failing' ? alarm : { ...alarm, sureAfterMs: NEVER_MS },
    );
}

function ofEach(problem: Problem): readonly Problem[] {
  const { kind, jobs, nodes, count } = problem;
  if (kind === 'silent-node' && nodes.length === count)
    return nodes.map((node) => silentProblem({ count: 1, nodes: [node] }));
  return (jobs.length === count && ofEachJob(problem)) || [problem];
}

function alarmOf(problem: Problem): Alarm {
  const { kind, severity, since, message, remedy, link, count } = problem;
  const job = count === 1 ? (problem.jobs[0] ?? null) : null;
  const node = OF_A_NODE.includes(kind) && count === 1 ? (problem.nodes[0] ?? null) : null;
  const one = job ?? node;
  const jobId = job?.id ?? null;
  return {
    key: one === null ? kind : `${kind}:${one.id}`,
    kind,
    severity,
    jobId,
    inARow: job?.inARow ?? null,
    sureAfterMs: SURE_AFTER_MS[kind] ?? 0,
    since: since?.toISOString() ?? null,
    message,
    remedy,
    link: jobId === null ? link : `jobs/${encodeURIComponent(jobId)}`,
  };
}

const DAY_MS = 86_400_000;

/**
 * In how many ms a notification is sent again that did not get through; null: it is given up, a day after it was made.
 * 10 s at first, then twice as long each time, an hour at most.
 */
export function sendAgainMs(attempts: number, ageMs: number): number | null {
  const waitMs = Math.min(3_600_000, 10_000 * 2 ** (attempts - 1));
  return ageMs + waitMs > DAY_MS ? null : waitMs;
}
