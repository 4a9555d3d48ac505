import { ableWorkers, goingOn, runsIn, workers, type Circumstances } from './circumstances.js';
import { listed } from '../../triggers/words/in-words.js';
import type { Why } from './answer.js';
import { because, counted } from './words.js';

/** What keeps the job from running, whatever stands in the ledger; null: nothing. */
export function obstacle(c: Circumstances): Why | null {
  return (
    clusterPaused(c) ??
    paused(c) ??
    unreadable(c) ??
    orphaned(c) ??
    finished(c) ??
    unserved(c) ??
    leaderless(c)
  );
}

export const START_SCHEDULER =
  'Start a node with the role "scheduler", or see the logs of those that run for why they cannot lead.';

function clusterPaused(c: Circumstances): Why | null {
  const { paused: isPaused, pauseReason, pausedSince } = c.cluster;
  if (!isPaused) return null;
  return {
    state: 'cluster-paused',
    reason: `The whole cluster is paused${because(pauseReason)}: nothing is fired or started.${meanwhile(c)}`,
    since: pausedSince,
    remedy:
      'Resume the cluster. What was missed until then is not made up for.' +
      (c.job.paused ? ' The job itself is paused as well.' : ''),
  };
}

function paused(c: Circumstances): Why | null {
  const { paused: isPaused, pauseReason, pausedUntil, pausedAt } = c.job;
  if (!isPaused) return null;
  const head = `The job is paused${because(pauseReason)}`;
  const held = runsIn(c, 'pending').filter((run) => run.held === 'paused').length;
  const waiting =
    held > 0 ? ` ${counted(held, 'run')} of it ${held === 1 ? 'is' : 'are'} held.` : '';
  const told = { state: 'paused', since: pausedAt } as const;
  const rest = `${waiting}${meanwhile(c)}`;
  if (pausedUntil === null) {
    const reason = `${head} until somebody resumes it.${rest}`;
    return { ...told, reason, remedy: 'Resume the job.' };
  }
  if (pausedUntil > c.now) {
    const reason = `${head} until ${pausedUntil.toISOString()}.${rest}`;
    return { ...told, reason, remedy: 'Wait until then, or resume the job.' };
  }
  const reason = `${head}. That was to end at ${pausedUntil.toISOString()}, and the leader ends it.${rest}`;
  return { ...told, reason, remedy: c.leader.nodeId === null ? START_SCHEDULER : null };
}

function unreadable({ job, unreadable: reason }: Circumstances): Why | null {
  if (job.state !== 'unreadable' && reason === null) return null;
  return {
    state: 'unreadable',
    reason: `This version cannot read the job${reason === null ? '' : `: ${reason}`}.`,
    since: null,
    remedy:
      'Run a version of the application that can, or change the field that is named. Nothing of the ' +
      'job is lost meanwhile.',
  };
}

function orphaned(c: Circumstances): Why | null {
  const { job } = c;
  if (job.state !== 'orphaned') return null;
  const gone =
    ableWorkers(c).length === 0
      ? `no live worker knows its task "${job.task}"`
      : 'no live node declares it now';
  return {
    state: 'orphaned',
    reason: `It was set aside because for too long ${gone}.${meanwhile(c)}`,
    since: job.unknownSince,
    remedy: 'Deploy the code again, and the job continues by itself; or remove the job.',
  };
}

/** A job is finished as soon as its last fire time was dealt with: what was fired still runs. */
function finished(c: Circumstances): Why | null {
  const { state, maxRuns, lastFireAt } = c.job;
  if (state !== 'finished' || goingOn(c).length > 0 || runsIn(c, 'pending').length > 0) return null;
  const over = 'its trigger has no fire time left';
  const last = lastFireAt ? `; the last was ${lastFireAt.toISOString()}` : '';
  return {
    state: 'finished',
    reason: `It is finished: ${maxRuns === null ? over : `it has had its ${counted(maxRuns, 'run')}, or ${over}`}${last}.`,
    since: lastFireAt,
    remedy: `Give it another trigger${maxRuns === null ? '' : ' or more maxRuns'}, or run it by hand.`,
  };
}

function unserved(c: Circumstances): Why | null {
  const { task, unknownSince } = c.job;
  if (ableWorkers(c).length > 0) return null;
  const told = { state: 'no-worker', since: unknownSince } as const;
  const live = workers(c);
  if (live.length === 0) {
    const reason = `No worker is alive, so its runs wait.${meanwhile(c)}`;
    return { ...told, reason, remedy: 'Start a node with the role "worker".' };
  }
  const names = listed(live.map(({ name }) => name));
  return {
    ...told,
    reason: `No live worker knows its task "${task}", so its runs wait. Alive: ${names}.${meanwhile(c)}`,
    remedy: `Deploy code that has the task "${task}", or give the job another one.`,
  };
}

function leaderless({ job: { nextFireAt }, leader, now }: Circumstances): Why | null {
  if (leader.nodeId !== null || nextFireAt === null || nextFireAt > now) return null;
  return {
    state: 'no-leader',
    reason: `It has been due since ${nextFireAt.toISOString()}, and no node leads: nothing is fired.`,
    since: nextFireAt,
    remedy: START_SCHEDULER,
  };
}

/** What is stopped for the future may well go on now. */
function meanwhile(c: Circumstances): string {
  const ids = goingOn(c).map(({ id }) => id);
  if (ids.length === 0) return '';
  return ids.length === 1
    ? ` Run ${ids[0]} is still running.`
    : ` Runs ${listed(ids)} are still running.`;
}
