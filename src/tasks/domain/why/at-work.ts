import {
  goingOn,
  howBlocked,
  nodeLabel,
  overlappedLast,
  runsIn,
  type Circumstances,
} from './circumstances.js';
import type { Run } from '../run.js';
import type { Why } from './answer.js';
import { START_SCHEDULER } from './obstacle.js';
import { atLeast, lastFireTimes, runLabel, sentence } from './words.js';

/** What the runs that go on say; null: there are none, and none has been in the way lately. */
export function atWork(c: Circumstances): Why | null {
  return overlapped(c) ?? running(c);
}

function overlapped(c: Circumstances): Why | null {
  const skipped = overlappedLast(c);
  const [blocking] = goingOn(c);
  if (skipped.length === 0 || !blocking) return null;
  return {
    state: 'overlapped',
    reason: `${lastFireTimes(skipped)} skipped: ${howItGoes(c, blocking)}.`,
    since: blocking.startedAt,
    remedy: unblock(c, blocking),
  };
}

function unblock(c: Circumstances, { id, state, nodeId }: Run): string {
  if (state === 'running') {
    const limit = c.job.timeoutMs === null ? ', and give the job a timeoutMs' : '';
    return `Wait for run ${id}, or cancel it${limit}.`;
  }
  return (
    `Let the handler end when its signal aborts. Until it returns, only a restart of ` +
    `${nodeLabel(c, nodeId)} makes room.`
  );
}

function running(c: Circumstances): Why | null {
  const [oldest, ...others] = goingOn(c);
  if (!oldest) return null;
  const waiting = runsIn(c, 'pending').length;
  const more = others.length > 0 ? ` ${atLeast(others.length)} running beside it.` : '';
  const queued = waiting > 0 ? ` ${atLeast(waiting)} waiting.` : '';
  const told = { state: 'running', since: oldest.startedAt } as const;
  const reason = `${sentence(howItGoes(c, oldest))}.${more}${queued}`;
  if (oldest.state !== 'running') return { ...told, reason, remedy: unblock(c, oldest) };
  if (c.nodes.some(({ id }) => id === oldest.nodeId)) return { ...told, reason, remedy: null };
  return {
    ...told,
    reason: `${reason} That node is silent, and the leader will settle its runs.`,
    remedy: c.leader.nodeId === null ? START_SCHEDULER : null,
  };
}

/** `run 12, of …, has been running on node web-1 since …, 40 % done`. */
function howItGoes(c: Circumstances, run: Run): string {
  const { startedAt, progress, cancelRequestedAt, attempt, state, nodeId } = run;
  const since = startedAt ? ` since ${startedAt.toISOString()}` : '';
  const where = nodeLabel(c, nodeId);
  if (state !== 'running') {
    return `${runLabel(run)} timed out, and its handler is still running on ${where}`;
  }
  const blocked = howBlocked(c.nodes.find(({ id }) => id === nodeId));
  return [
    `${runLabel(run)} has been running on ${where}${since}`,
    ...(blocked ? [`whose event loop is ${blocked}`] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(progress
      ? [`${progress.percent} % done${progress.note ? ` (${progress.note})` : ''}`]
      : []),
    ...(cancelRequestedAt ? [`told to end at ${cancelRequestedAt.toISOString()}`] : []),
  ].join(', ');
}
