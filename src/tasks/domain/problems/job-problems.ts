import { counted } from '../why/words.js';
import { earliest, listOf } from './naming.js';
import type { JobGroup, Problem, ProblemKind, Situation } from './situation.js';

interface Telling {
  readonly kind: ProblemKind;
  readonly severity: Problem['severity'];
  /** Follows on how many jobs there are. */
  readonly verb: readonly [one: string, many: string];
  readonly remedy: string;
  readonly link: string;
}

/** What is wrong with jobs. */
export function jobProblems(situation: Situation): Problem[] {
  const {
    cluster,
    overdue,
    unreadable,
    unknown,
    failing,
    misfired,
    orphaned,
    pausedLong,
    unsettled,
  } = situation;
  // While nothing is fired on purpose, what is due is no news.
  const late = cluster.paused ? [] : of(overdue, OVERDUE);
  return [
    ...late,
    ...of(unsettled, UNSETTLED),
    ...of(unreadable, UNREADABLE),
    ...of(unknown, NO_WORKER),
    ...of(failing, FAILING),
    ...of(misfired, MISFIRED),
    ...of(orphaned, ORPHANED),
    ...of(pausedLong, OLD_PAUSE),
  ];
}

/** A problem of jobs, told of each job alone; null: it is of something else. */
export function ofEachJob(problem: Problem): Problem[] | null {
  const telling = TELLINGS.find(({ kind }) => kind === problem.kind);
  return telling ? problem.jobs.flatMap((job) => of({ count: 1, jobs: [job] }, telling)) : null;
}

function of({ count, jobs }: JobGroup, { verb, ...told }: Telling): Problem[] {
  if (count === 0) return [];
  const [one, many] = verb;
  const message = `${counted(count, 'job')} ${count === 1 ? one : many}: ${listOf(jobs, count)}.`;
  return [{ ...told, since: earliest(jobs), message, count, jobs, nodes: [] }];
}

const OVERDUE: Telling = {
  kind: 'overdue',
  severity: 'error',
  verb: ['is due and has not been fired', 'are due and have not been fired'],
  remedy:
    'See the log of the leader: it may catch up on an outage, or wait for a transaction that holds the job.',
  link: 'jobs?order=nextFireAt',
};
const UNSETTLED: Telling = {
  kind: 'unsettled-runs',
  severity: 'error',
  verb: [
    'has a run of a node that fell silent, and nobody ends it',
    'have runs of nodes that fell silent, and nobody ends them',
  ],
  remedy:
    'See the log of the leader for why it cannot settle them: it may wait for a transaction that holds the runs.',
  link: 'runs?state=running',
};
const UNREADABLE: Telling = {
  kind: 'unreadable',
  severity: 'error',
  verb: ['is due, and this version cannot read it', 'are due, and this version cannot read them'],
  remedy:
    'Ask for each by its id for what cannot be read. Deploy the version that wrote it, or replace it.',
  link: 'jobs?order=nextFireAt',
};
const NO_WORKER: Telling = {
  kind: 'no-worker',
  severity: 'error',
  verb: ['has no live worker that knows its task', 'have no live worker that knows their task'],
  remedy: 'Start a worker whose code has the task. If none comes, the jobs become orphans.',
  link: 'tasks',
};
const FAILING: Telling = {
  kind: 'failing',
  severity: 'warning',
  verb: ['fails', 'fail'],
  remedy: 'See the last run of each for its error. Retry it if it must not wait for the next.',
  link: 'jobs?failing=true',
};
const MISFIRED: Telling = {
  kind: 'misfired',
  severity: 'warning',
  verb: [
    'missed fire times within the last hour: they could not be fired within its grace',
    'missed fire times within the last hour: they could not be fired within their grace',
  ],
  remedy:
    'See the skipped runs for when. If late is better than never, give the job a longer "misfireGraceMs".',
  link: 'runs?state=skipped',
};
const ORPHANED: Telling = {
  kind: 'orphaned',
  severity: 'warning',
  verb: [
    'is orphaned: its code has been gone for long',
    'are orphaned: their code has been gone for long',
  ],
  remedy: 'Start a node whose code has it, or remove the job.',
  link: 'jobs?state=orphaned',
};
const OLD_PAUSE: Telling = {
  kind: 'old-pause',
  severity: 'warning',
  verb: ['has been paused for more than a week', 'have been paused for more than a week'],
  remedy: 'Resume it if the reason is gone, or remove it.',
  link: 'jobs?state=paused',
};

const TELLINGS = [
  OVERDUE,
  UNSETTLED,
  UNREADABLE,
  NO_WORKER,
  FAILING,
  MISFIRED,
  ORPHANED,
  OLD_PAUSE,
];
