import { ofEach } from './job-problems.js';
import type { Problem, ProblemKind } from './situation.js';

/** What somebody is to be told of once when it begins, and once when it is over. */
export interface Alarm {
  /** The same for as long as it lasts, such as `failing:daily-report` or `no-leader`. */
  readonly key: string;
  readonly kind: ProblemKind;
  readonly severity: Problem['severity'];
  /** Null: it is not about one job. */
  readonly jobId: string | null;
  /** RFC 3339; null: nobody knows since when. */
  readonly since: string | null;
  readonly message: string;
  readonly remedy: string;
  /** Where in the API more of it is told, after its prefix. */
  readonly link: string;
}

/** One of each node, not one of all. */
const OF_A_NODE: readonly ProblemKind[] = ['blocked-node', 'loop-failing'];

/**
 * The alarms of these problems. A problem of few jobs is one alarm for each, so that each begins and ends for itself;
 * where not all of them are named it is one alarm.
 */
export const alarmsOf = (problems: readonly Problem[]): Alarm[] =>
  problems.flatMap((problem) => {
    const isEach = problem.jobs.length > 0 && problem.jobs.length === problem.count;
    return (isEach ? ofEach(problem) : [problem]).map((one) => alarmOf(one, isEach));
  });

function alarmOf(problem: Problem, ofJob: boolean): Alarm {
  const { kind, severity, since, message, remedy, link, jobs, nodes } = problem;
  const jobId = ofJob ? jobs[0]!.id : null;
  const of = jobId ?? (OF_A_NODE.includes(kind) ? (nodes[0]?.id ?? null) : null);
  return {
    key: of === null ? kind : `${kind}:${of}`,
    kind,
    severity,
    jobId,
    since: since?.toISOString() ?? null,
    message,
    remedy,
    link: jobId === null ? link : `jobs/${encodeURIComponent(jobId)}`,
  };
}

/** Without jobs that have not failed so often in a row. @param inARow of each job, how often */
export function failingFor(
  problems: readonly Problem[],
  times: number,
  inARow: ReadonlyMap<string, number>,
): Problem[] {
  return problems.flatMap((problem) => {
    // Of many only the first are named, and each of the others would have to be asked for.
    if (problem.kind !== 'failing' || problem.jobs.length < problem.count) return [problem];
    const jobs = problem.jobs.filter(({ id }) => (inARow.get(id) ?? 0) >= times);
    return jobs.length === 0 ? [] : [{ ...problem, jobs, count: jobs.length }];
  });
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
