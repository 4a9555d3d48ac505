import type { Run } from '../../src/tasks/domain/run.js';
import { OLD_SIGN } from '../../src/tasks/domain/silence.js';
import type { HandlerStart, History, Stop } from './history.js';
import type { Invariant } from './invariants.js';

const FINAL = ['succeeded', 'failed', 'timed-out', 'cancelled', 'abandoned', 'skipped'];

/** What may happen to a run, and to the handler that it calls. */
export const RUN_INVARIANTS: readonly Invariant[] = [
  {
    name: 'one start per fire time',
    says: 'A fire time is started by one run at most in the whole cluster, and each attempt of it once.',
    *violations({ starts, runs }) {
      const byRun = new Map(runs.map((run) => [run.id, run]));
      const seen = new Map<string, HandlerStart>();
      for (const start of starts) {
        const fired = (byRun.get(start.runId)?.cause ?? 'fired') === 'fired';
        const when = `${start.jobId} at ${start.fireAt.toISOString()}`;
        const what = `${fired ? when : `run ${start.runId}`}, attempt ${start.attempt}`;
        const other = seen.get(what) ?? (fired ? otherRun(seen.get(when), start) : undefined);
        if (other) yield { detail: `${what} was started twice`, evidence: [other, start] };
        seen.set(what, start);
        if (fired) seen.set(when, start);
      }
    },
  },
  {
    name: 'attempts are allowed',
    says: 'A run is started again only after a failure with attempts left, or a crash that it may survive.',
    *violations({ starts, jobs }) {
      const policies = new Map(jobs.map(({ id, policy }) => [id, policy]));
      for (const start of starts) {
        const policy = policies.get(start.jobId);
        if (policy === undefined || start.attempt === 1 || policy.onCrash === 'rerun') continue;
        if (start.attempt > policy.retry.maxAttempts)
          yield { detail: `run ${start.runId}, attempt ${start.attempt}`, evidence: [start] };
      }
    },
  },
  {
    name: 'a run is not tried beside itself',
    says: 'Once nothing is broken any more, a run is started again only after its handler has ended.',
    *violations({ starts, ends, nodes, calmSince, bounds }) {
      if (calmSince === null) return;
      const lively = new Set(nodes.filter(({ endedAt }) => endedAt === null).map(({ id }) => id));
      const endOf = new Map(ends.map((end) => [callKey(end), end.at]));
      const again = starts.filter(({ attempt }) => attempt > 1);
      for (const start of again.filter(({ at }) => ms(at) - ms(calmSince) > bounds.settleMs)) {
        const before = starts.find(
          ({ runId, attempt }) => runId === start.runId && attempt === start.attempt - 1,
        );
        if (before === undefined || !lively.has(before.nodeId)) continue;
        const end = endOf.get(callKey(before));
        if (end === undefined || end > start.at)
          yield {
            detail: `run ${start.runId}, attempt ${start.attempt}`,
            evidence: [before, start],
          };
      }
    },
  },
  {
    name: 'a handler that has ended counts no more',
    says: 'Once nothing is broken any more, no run counts because of a handler that ended long ago.',
    *violations({ runs, ends, now, calmSince, bounds }) {
      if (calmSince === null || ms(now) - ms(calmSince) < bounds.settleMs) return;
      const endOf = new Map(ends.map((end) => [`${end.runId}/${end.attempt}`, end.at]));
      for (const run of runs.filter(({ handlerAlive }) => handlerAlive)) {
        const end = endOf.get(`${run.id}/${run.attempt}`);
        if (end !== undefined && ms(now) - ms(end) > bounds.settleMs)
          yield { detail: `run ${run.id} still counts`, evidence: [run] };
      }
    },
  },
  {
    name: 'a start has a row',
    says: 'Every handler that was called belongs to a run that had been claimed by its node.',
    *violations({ starts, runs }) {
      const byRun = new Map(runs.map((run) => [run.id, run]));
      for (const start of starts) {
        const run = byRun.get(start.runId);
        const fits =
          run?.jobId === start.jobId &&
          run.fireAt.getTime() === start.fireAt.getTime() &&
          run.attempt >= start.attempt;
        if (!fits) yield { detail: `run ${start.runId}`, evidence: [start, run] };
      }
    },
  },
  {
    name: 'no start before its time',
    says: "No run is started before its fire time, by the database's clock.",
    *violations({ starts, runs }) {
      for (const run of runs) {
        if (run.startedAt !== null && run.startedAt < run.runAt)
          yield { detail: `run ${run.id} was claimed early`, evidence: [run] };
      }
      for (const start of starts) {
        if (start.at < start.fireAt)
          yield { detail: `run ${start.runId} was called early`, evidence: [start] };
      }
    },
  },
  {
    name: 'a final state is final',
    says: 'A run that has ended stays as it is, and no row leaves the ledger.',
    *violations({ runs }, before) {
      const byRun = new Map(runs.map((run) => [run.id, run]));
      for (const was of before?.runs ?? []) {
        const is = byRun.get(was.id);
        if (is === was || (is && !FINAL.includes(was.state))) continue;
        if (is && is.state === was.state && ms(is.finishedAt) === ms(was.finishedAt)) continue;
        yield {
          detail: `run ${was.id} went from ${was.state} to ${is?.state}`,
          evidence: [was, is],
        };
      }
    },
  },
  {
    name: 'an outcome is that of the claim',
    says: 'A run that succeeded or failed did so by the word of the handler whose claim it last was.',
    *violations({ runs, ends }) {
      const said = new Map(ends.map((end) => [`${end.runId}/${end.attempt}/${end.nodeId}`, end]));
      for (const run of runs) {
        if (run.state !== 'succeeded' && run.state !== 'failed') continue;
        // The next fire ended it while it waited for its retry.
        if (run.reason === 'superseded') continue;
        const end = said.get(`${run.id}/${run.attempt}/${run.nodeId}`);
        if (end?.state !== run.state)
          yield { detail: `run ${run.id} is ${run.state}`, evidence: [run, end] };
      }
    },
  },
  {
    name: 'overlap is respected',
    says: 'No more handlers of a job are at work than it allows, given-up ones aside.',
    *violations(history) {
      for (const { id, policy } of history.jobs) {
        // A retry that comes due beside a run asked for meanwhile, and a rerun beside a frozen node's
        // handler, are the price of those choices.
        const strict = policy.retry.maxAttempts === 1 && policy.onCrash === 'abandon';
        if (policy.overlap === 'allow' || !strict) continue;
        const calls = handlerCalls(history, id);
        for (const { start, from } of calls) {
          const atWork = calls.filter((other) => other.from <= from && from < other.until);
          if (atWork.length <= policy.maxInstances) continue;
          const detail = `${id} had ${atWork.length} handlers at work when run ${start.runId} began`;
          yield { detail, evidence: atWork.map((call) => call.start) };
        }
      }
    },
  },
  {
    name: 'a pause holds',
    says: 'After an acknowledged pause or removal nothing is fired and nothing starts until it is lifted.',
    *violations({ runs, stops }) {
      for (const stop of stops) {
        for (const run of runs) {
          if (stop.jobId !== null && run.jobId !== stop.jobId) continue;
          const fired = run.cause === 'fired' && run.fencingToken !== null;
          if (fired && isWithin(stop, run.createdAt))
            yield {
              detail: `run ${run.id} was fired although ${stop.what}`,
              evidence: [stop, run],
            };
          const byHand = run.cause !== 'fired' && stop.what === 'job paused';
          if (!byHand && isWithin(stop, run.startedAt))
            yield { detail: `run ${run.id} started although ${stop.what}`, evidence: [stop, run] };
        }
      }
    },
  },
];

const ms = (at: Date | null) => at?.getTime() ?? NaN;

const otherRun = (seen: HandlerStart | undefined, { runId }: HandlerStart) =>
  seen && seen.runId !== runId ? seen : undefined;

/** Instants are whole milliseconds, so one on the edge may lie on either side. */
function isWithin({ from, to }: Stop, at: Date | null): boolean {
  return at !== null && at > from && (to === null || at < to);
}

interface Call {
  readonly start: HandlerStart;
  readonly from: number;
  readonly until: number;
}

/** When handlers of a job were at work and counted: until they ended, their node did, or were given up. */
function handlerCalls(history: History, jobId: string): Call[] {
  const { starts, ends, runs, nodes, unlimited, now, bounds } = history;
  const surelyAliveMs = bounds.deadAfterMs * (1 - OLD_SIGN);
  const endOf = new Map(ends.map((end) => [callKey(end), end.at.getTime()]));
  const lifeOf = new Map(nodes.map((node) => [node.id, node.endedAt?.getTime() ?? Infinity]));
  const byRun = new Map<string, Run>(runs.map((run) => [run.id, run]));
  return starts
    .filter((start) => start.jobId === jobId && !unlimited.includes(start.runId))
    .map((start) => {
      const run = byRun.get(start.runId);
      // A run that was asked to end, and whose node was given up, is settled as cancelled.
      const ends = run?.state === 'abandoned' || run?.state === 'cancelled';
      // A handler that went on after its time is let go unnoticed, not before its node is dead: the
      // outcome was a sign of life.
      const isLetGo = run && FINAL.includes(run.state) && !run.handlerAlive;
      const givenUp = ends
        ? ms(run.finishedAt)
        : isLetGo
          ? ms(run.finishedAt) + surelyAliveMs
          : Infinity;
      const ended = endOf.get(callKey(start)) ?? now.getTime();
      const died = lifeOf.get(start.nodeId) ?? Infinity;
      return { start, from: start.at.getTime(), until: Math.min(ended, died, givenUp) };
    });
}

const callKey = ({ runId, attempt, nodeId }: HandlerStart) => `${runId}/${attempt}/${nodeId}`;
