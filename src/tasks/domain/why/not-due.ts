import { overlappedLast, type Circumstances } from './circumstances.js';
import type { Run, SkipReason } from '../run.js';
import type { Why } from './answer.js';
import { START_SCHEDULER } from './obstacle.js';
import { PATIENCE_MS } from './waiting.js';
import { duration, errorLine, lastFireTimes, runLabel } from './words.js';

/** Nothing is in the way: what became of the last fire time, and when the next one comes. */
export function notDue(c: Circumstances): Why {
  return due(c) ?? overlapped(c) ?? misfired(c) ?? later(c);
}

/** By a run that has ended since. */
function overlapped(c: Circumstances): Why | null {
  const skipped = overlappedLast(c);
  if (skipped.length === 0) return null;
  return {
    state: 'overlapped',
    reason: `${lastFireTimes(skipped)} skipped, as an earlier run was not over. Now it is. ${next(c)}`,
    since: skipped.at(-1)?.fireAt ?? null,
    remedy: 'Run it by hand, or give it another overlap policy or more maxInstances.',
  };
}

function misfired(c: Circumstances): Why | null {
  const [last] = c.runs;
  if (last?.state !== 'skipped' || last.reason !== 'misfired') return null;
  const { misfireGraceMs } = c.job;
  const grace = misfireGraceMs === null ? '' : ` of ${duration(misfireGraceMs)}`;
  return {
    state: 'misfired',
    reason: `${fireTimes(last)} came later than the grace${grace} allows, and did not run. ${next(c)}`,
    since: last.coversFrom ?? last.fireAt,
    remedy:
      'Backfill what is still of use, or run it by hand; raise misfireGraceMs if it should run late.',
  };
}

/** `The 3 fire times from … to …`, or the one. */
function fireTimes({ fireAt, coversFrom, coversTo, coversCount }: Run): string {
  const from = coversFrom ?? fireAt;
  const to = coversTo ?? fireAt;
  if (from.getTime() === to.getTime()) return `Its last fire time, ${to.toISOString()},`;
  const count = coversCount === null ? 'fire times' : `${coversCount} fire times`;
  return `Its last ${count}, from ${from.toISOString()} to ${to.toISOString()},`;
}

function due(c: Circumstances): Why | null {
  const { job, now } = c;
  if (job.nextFireAt === null || job.nextFireAt > now) return null;
  const isPatient = now.getTime() - job.nextFireAt.getTime() < PATIENCE_MS;
  return {
    state: 'due',
    reason: isPatient
      ? `It is due since ${job.nextFireAt.toISOString()}, and the leader fires it this moment.`
      : `It has been due since ${job.nextFireAt.toISOString()}, and the leader has not fired it.`,
    since: job.nextFireAt,
    remedy: isPatient
      ? null
      : 'It should have by now: see the log of the leader. It may catch up on an outage, be unable to ' +
        'read the job, or wait for a transaction that holds it.',
  };
}

function later(c: Circumstances): Why {
  const leaderless = c.leader.nodeId === null;
  const nobody = leaderless ? ' No node leads now: unless one does by then, it does not fire.' : '';
  const last = c.runs.find(isTelling);
  return {
    state: 'not-due',
    reason: `${next(c)}${nobody} ${last ? lastly(last) : 'It has not run yet.'}`,
    since: null,
    remedy: leaderless ? START_SCHEDULER : last ? followUp(last) : null,
  };
}

function next({ job: { nextFireAt } }: Circumstances): string {
  return nextFireAt
    ? `It fires next at ${nextFireAt.toISOString()}.`
    : 'No fire time of it is planned: save its trigger again to plan one.';
}

/** What stands for fire times beside one that ran tells less than that one. */
const isTelling = ({ state, reason }: Run) =>
  state !== 'skipped' || (reason !== 'coalesced' && reason !== 'limit');

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  misfired: 'it came later than the grace allows',
  overlapped: 'an earlier run was still running',
  paused: 'the job or the cluster was paused',
  coalesced: 'another one ran in its place',
  replaced: 'the job was changed before it had fired',
  orphaned: 'no live worker knew the task',
  limit: 'too many had piled up',
};

function lastly(run: Run): string {
  if (run.state === 'skipped') {
    const why = SKIPPED[run.reason as SkipReason] ?? run.reason;
    return `Its last fire time, ${run.fireAt.toISOString()}, did not run: ${why}.`;
  }
  const at = run.finishedAt ? ` at ${run.finishedAt.toISOString()}` : '';
  const outcome = run.state === 'timed-out' ? 'ran out of time' : (ENDED[run.state] ?? run.state);
  return `The last one, ${runLabel(run)} ${outcome}${at}${errorLine(run)}.`;
}

const ENDED: Readonly<Partial<Record<Run['state'], string>>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
  abandoned: 'was abandoned',
};

function followUp({ id, state }: Run): string | null {
  if (state === 'succeeded' || state === 'skipped' || state === 'cancelled') return null;
  return `See the log of run ${id}. Retry it if it must not wait for the next.`;
}
