import {
  ableWorkers,
  howBlocked,
  overlappedLast,
  runsIn,
  type Circumstances,
} from './circumstances.js';
import type { Run } from '../run.js';
import type { Why } from './answer.js';
import { START_SCHEDULER } from './obstacle.js';
import { atLeast, duration, lastFireTimes, errorLine, runLabel, sentence } from './words.js';

/** So long a wait needs no explanation: that is how long things take. */
export const PATIENCE_MS = 10_000;

/** What the runs that wait to be started say; null: there are none. */
export function waiting(c: Circumstances): Why | null {
  return backlog(c) ?? retrying(c) ?? jittered(c);
}

function backlog(c: Circumstances): Why | null {
  const waiting = runsIn(c, 'pending').filter((run) => run.runAt <= c.now && run.held !== 'paused');
  const oldest = waiting.at(-1);
  if (!oldest) return null;
  const what = oldest.held === 'buffered' ? 'its turn' : `a free slot of ${able(c)}`;
  const rest = waiting.length > 1 ? ` ${atLeast(waiting.length)} waiting in all.` : '';
  const skipped = overlappedLast(c);
  const lost = skipped.length > 0 ? ` ${lastFireTimes(skipped)} skipped meanwhile.` : '';
  const isPatient = c.now.getTime() - oldest.runAt.getTime() < PATIENCE_MS;
  const stuck = allBlocked(c);
  return {
    state: 'backlog',
    reason: `${sentence(runLabel(oldest))} waits for ${what}.${stuck}${rest}${lost}${expiry(c, oldest)}`,
    since: oldest.runAt,
    remedy: stuck ? UNBLOCK : isPatient ? null : catchUp(c, oldest),
  };
}

const UNBLOCK =
  'Move what computes into a worker thread with the "thread" setting of @Task; until then, start another worker.';

/** None of those that could run it can start anything. */
function allBlocked(c: Circumstances): string {
  const able = ableWorkers(c);
  const [first] = able;
  if (!first || able.some(({ blockedSince }) => !blockedSince)) return '';
  const whose =
    able.length === 1
      ? 'Its event loop'
      : `All of them have a blocked event loop; that of ${first.name}`;
  return ` ${whose} is ${howBlocked(first)}.`;
}

function able(c: Circumstances): string {
  const { length } = ableWorkers(c);
  return length === 1
    ? 'the one live worker that knows its task'
    : `the ${length} live workers that know its task`;
}

function catchUp({ leader }: Circumstances, { held }: Run): string {
  if (held === 'buffered')
    return leader.nodeId === null ? START_SCHEDULER : 'See the log of the leader.';
  return 'Add workers, raise their concurrency, or give the job a lower priority number: those go first.';
}

function expiry({ job: { misfireGraceMs } }: Circumstances, { cause, fireAt }: Run): string {
  if (cause !== 'fired' || misfireGraceMs === null) return '';
  const until = new Date(fireAt.getTime() + misfireGraceMs);
  const grace = duration(misfireGraceMs);
  return ` If it has not started by ${until.toISOString()} it is skipped: its grace is ${grace}.`;
}

function retrying(c: Circumstances): Why | null {
  const run = runsIn(c, 'pending').findLast(({ attempt, runAt }) => attempt > 0 && runAt > c.now);
  if (!run) return null;
  const { nextFireAt, retry } = c.job;
  const isSuperseded = nextFireAt !== null && nextFireAt <= run.runAt;
  return {
    state: 'retrying',
    reason:
      `${sentence(runLabel(run))} did not succeed${errorLine(run)}. Attempt ${run.attempt + 1} of ` +
      `${retry.maxAttempts} comes at ${run.runAt.toISOString()}.`,
    since: run.startedAt,
    remedy: isSuperseded
      ? `The next fire, at ${nextFireAt.toISOString()}, comes first and takes its place: shorten the waits of retry.`
      : null,
  };
}

function jittered(c: Circumstances): Why | null {
  const run = runsIn(c, 'pending').findLast(({ attempt, runAt }) => attempt === 0 && runAt > c.now);
  if (!run) return null;
  const wait = duration(run.runAt.getTime() - run.fireAt.getTime());
  return {
    state: 'jittered',
    reason: `${sentence(runLabel(run))} starts at ${run.runAt.toISOString()}: its jitter is ${wait}.`,
    since: run.fireAt,
    remedy: null,
  };
}
