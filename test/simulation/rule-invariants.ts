import type { Run } from '../../src/tasks/domain/run.js';
import type { History, Stop } from './history.js';
import type { Invariant } from './invariants.js';

/** What the firing rules promise beyond an account of every fire time. */
export const RULE_INVARIANTS: readonly Invariant[] = [
  {
    name: 'a job has its runs',
    says: 'A job with `maxRuns` starts no more of them, from when it is made until it is removed.',
    *violations(history) {
      for (const { id, policy } of history.jobs) {
        if (policy.maxRuns === null) continue;
        for (const runs of lives(history, id)) {
          if (runs.length <= policy.maxRuns) continue;
          const detail = `${id} had ${runs.length} runs, and may have ${policy.maxRuns}`;
          yield { detail, evidence: runs.slice(policy.maxRuns) };
        }
      }
    },
  },
  {
    name: 'what a pause missed stays missed',
    says: 'Of the fire times in a pause none runs when it is lifted, or one, as whoever lifts it says.',
    *violations({ runs, stops }) {
      for (const stop of stops) {
        if (stop.misses === undefined) continue;
        const madeUp = runs.filter((run) => run.jobId === stop.jobId && isMadeUp(run, stop));
        if (madeUp.length <= (stop.misses === 'once' ? 1 : 0)) continue;
        const detail = `${madeUp.length} fire times of ${stop.jobId} run that its pause had missed`;
        yield { detail, evidence: [stop, ...madeUp] };
      }
    },
  },
];

const hasFired = (run: Run) =>
  run.cause === 'fired' && run.coversFrom === null && run.state !== 'skipped';

/** The runs that its trigger has started, of each job that had the id. */
function lives({ runs, stops }: History, id: string): Run[][] {
  const removals = stops.filter((stop) => stop.jobId === id && stop.what === 'job removed');
  const ends = [...removals.map(({ from }) => from.getTime()), Infinity];
  const own = runs.filter((run) => run.jobId === id && hasFired(run));
  return ends.map((end, n) =>
    own.filter(({ createdAt }) => createdAt.getTime() <= end && +createdAt > (ends[n - 1] ?? 0)),
  );
}

/** Instants are whole milliseconds, so one on the edge may lie on either side. */
const isMadeUp = (run: Run, { from, to }: Stop) =>
  hasFired(run) && run.fireAt > from && to !== null && run.fireAt < to;
