import type { Run } from '../../src/tasks/domain/run.js';
import type { Invariant } from './invariants.js';

/** Who may lead, and what must be well again after the last fault. */
export const LEADER_INVARIANTS: readonly Invariant[] = [
  {
    name: 'tokens grow',
    says: 'Each term of a leader has a larger fencing token than the one before.',
    *violations({ terms }) {
      for (const [i, term] of terms.entries()) {
        const previous = terms[i - 1];
        if (previous && term.fencingToken <= previous.fencingToken)
          yield { detail: `term ${term.fencingToken}`, evidence: [previous, term] };
      }
    },
  },
  {
    name: 'the fence holds',
    says: 'In the order in which rows were written, their fencing token never falls.',
    *violations({ runs }) {
      const fired = runs.filter((run) => run.fencingToken !== null);
      for (const [i, run] of fired.entries()) {
        const previous = fired[i - 1];
        if (previous && run.fencingToken! < previous.fencingToken!)
          yield { detail: `run ${run.id} is of an old leader`, evidence: [previous, run] };
      }
    },
  },
  {
    name: 'a token has a term',
    says: 'Every fired row bears the token of a term in the history.',
    *violations({ runs, terms }) {
      const known = new Set(terms.map(({ fencingToken }) => fencingToken));
      for (const run of runs) {
        if (run.fencingToken !== null && !known.has(run.fencingToken))
          yield { detail: `run ${run.id} bears token ${run.fencingToken}`, evidence: [run] };
      }
    },
  },
  {
    name: 'a leader is found',
    says: 'Once nothing is broken any more, one living node holds an unexpired lease within the bound.',
    *violations({ lock, nodes, now, calmSince, bounds }) {
      if (calmSince === null || since(calmSince, now) < bounds.takeOverMs) return;
      const holder = nodes.find((node) => node.id === lock.nodeId);
      const leads = holder?.endedAt === null && lock.expiresAt !== null && lock.expiresAt > now;
      if (!leads) yield { detail: 'nobody leads', evidence: [lock, holder] };
    },
  },
  {
    name: 'fires flow again',
    says: 'Once nothing is broken any more, no job is overdue for longer than the bound.',
    *violations({ jobs, stops, now, calmSince, bounds }) {
      if (calmSince === null || since(calmSince, now) < bounds.takeOverMs) return;
      const paused = stops.some(({ what, to }) => what === 'cluster paused' && to === null);
      if (paused) return;
      for (const { id, nextFireAt } of jobs) {
        if (nextFireAt !== null && since(nextFireAt, now) > bounds.slackMs)
          yield { detail: `${id} is overdue`, evidence: [{ nextFireAt, now }] };
      }
    },
  },
  {
    name: 'runs of the dead are settled',
    says: 'Once nothing is broken any more, no run is left running on a node that has ended.',
    *violations({ runs, nodes, now, calmSince, bounds }) {
      if (calmSince === null || since(calmSince, now) < bounds.settleMs) return;
      const gone = new Set(nodes.filter(({ endedAt }) => endedAt !== null).map(({ id }) => id));
      for (const run of runs) {
        if (run.state === 'running' && run.nodeId !== null && gone.has(run.nodeId))
          yield { detail: `run ${run.id} still runs on a dead node`, evidence: [run] };
      }
    },
  },
  {
    name: 'a claim is at work',
    says: 'Once nothing is broken any more, a run that is running has a handler that was called for it.',
    *violations({ runs, starts, ends, now, calmSince, bounds }) {
      if (calmSince === null || since(calmSince, now) < bounds.settleMs) return;
      const called = new Set(starts.map(({ runId, attempt }) => `${runId}/${attempt}`));
      const ended = new Map(ends.map((end) => [`${end.runId}/${end.attempt}`, end.at]));
      for (const run of runs) {
        if (run.state !== 'running' || since(run.startedAt ?? now, now) < bounds.settleMs) continue;
        const key = `${run.id}/${run.attempt}`;
        const end = ended.get(key);
        const stuck = end !== undefined && since(end, now) > bounds.settleMs;
        if (!called.has(key) || stuck)
          yield { detail: `run ${run.id} is claimed, and nothing works on it`, evidence: [run] };
      }
    },
  },
  {
    name: 'what is pending gets claimed',
    says: 'Once nothing is broken any more, no due run stays pending for longer than the bound.',
    *violations({ runs, jobs, stops, now, calmSince, bounds }) {
      if (calmSince === null || since(calmSince, now) < bounds.settleMs) return;
      const open = stops.filter(({ to }) => to === null);
      if (open.some(({ what }) => what === 'cluster paused')) return;
      const paused = new Set(open.map(({ jobId }) => jobId));
      const known = new Set(jobs.map(({ id }) => id));
      for (const run of runs) {
        if (run.state !== 'pending' || paused.has(run.jobId) || !known.has(run.jobId)) continue;
        const turn = run.held === 'buffered' ? turnOf(run, runs) : run.runAt;
        if (turn && since(turn, now) > bounds.settleMs)
          yield { detail: `run ${run.id} is not claimed`, evidence: [run] };
      }
    },
  },
];

/** Since when nothing was before a run in its job's queue. Null: something still is. */
function turnOf({ id, jobId, runAt }: Run, runs: readonly Run[]): Date | null {
  const others = runs.filter((other) => other.jobId === jobId && other.id !== id);
  const isBefore = ({ state, held }: Run) => state === 'running' || (state === 'pending' && !held);
  if (others.some(isBefore)) return null;
  const ends = others.map(({ finishedAt }) => finishedAt?.getTime() ?? 0);
  return new Date(Math.max(runAt.getTime(), ...ends));
}

const since = (then: Date, now: Date) => now.getTime() - then.getTime();
