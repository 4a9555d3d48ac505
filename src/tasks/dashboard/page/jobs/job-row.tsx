import { memo } from 'react';
import { RunNow } from '../actions/run-now.js';
import type { Job } from '../api/types.js';
import { JobMark, RunMark } from '../parts/state-mark.js';
import { Link } from '../parts/link.js';
import { Strip } from '../parts/strip.js';
import { Distance, Elapsed, Near } from '../parts/time.js';
import { jobPath, runPath } from '../shell/router.js';
import { triggerWords } from '../job/trigger-words.js';
import { duration } from '../time/duration.js';
import { useClock } from '../time/use-clock.js';

export const JobRow = memo(function JobRow({
  job,
  operator,
  chosen,
  onChoose,
}: {
  readonly job: Job;
  readonly operator: boolean;
  readonly chosen: boolean;
  readonly onChoose: (id: string) => void;
}) {
  const { id, name, tags, description, stats } = job;
  const { zone } = useClock();
  const took = job.lastRuns?.find(({ state }) => RESULTS.has(state))?.durationMs ?? null;
  return (
    <tr data-job={id}>
      {operator && (
        <td className="choose">
          <input
            type="checkbox"
            aria-label={`Choose ${name}`}
            checked={chosen}
            onChange={() => onChoose(id)}
          />
        </td>
      )}
      <td className="title">
        <Link to={jobPath(id)} className="name" data-row-link>
          {name}
        </Link>{' '}
        {tags.slice(0, 3).map((tag) => (
          <span key={tag} className="tag">
            {tag}
          </span>
        ))}
        <small>
          {name === id ? '' : `${id} · `}
          {triggerWords(description ?? '', zone)}
        </small>
      </td>
      <td data-label="Last 20 runs">
        <Strip runs={job.lastRuns ?? []} />
      </td>
      <td data-label="Last">
        <LastRun job={job} />
      </td>
      <td data-label="Took" className="number mono">
        {took === null ? '–' : duration(took)}
        {stats?.durationMs && <small>p50 {duration(stats.durationMs.p50)}</small>}
      </td>
      <td data-label="Next">
        <Next job={job} />
      </td>
      <td data-label="State">
        <JobMark state={stateOf(job)} />
      </td>
      {operator && (
        <td className="actions">
          <RunNow job={job} />
        </td>
      )}
    </tr>
  );
});

/** What can become of a run that was carried out. */
const RESULTS: ReadonlySet<string> = new Set(['succeeded', 'failed', 'timed-out', 'abandoned']);

/** A job that fails is active, but that is not what is to be seen. */
const stateOf = ({ state, failures }: Job): string =>
  state === 'active' && failures && failures.inARow > 0 ? 'failing' : state;

function LastRun({ job: { lastRun } }: { readonly job: Job }) {
  if (!lastRun) return <span className="muted">never</span>;
  const { state, startedAt, finishedAt, fireAt } = lastRun;
  const when =
    state === 'running' && startedAt ? (
      <Elapsed since={startedAt} />
    ) : (
      <Distance at={finishedAt ?? fireAt} />
    );
  return (
    <Link to={runPath(lastRun.id)} className="state-link">
      <RunMark state={state} more={when} />
    </Link>
  );
}

function Next({ job }: { readonly job: Job }) {
  if (job.nextFireAt) {
    return (
      <>
        <Distance at={job.nextFireAt} />
        <small>
          <Near at={job.nextFireAt} />
        </small>
      </>
    );
  }
  return (
    <>
      –<small>{whyNot(job)}</small>
    </>
  );
}

function whyNot({ state, pausedUntil, pauseReason, why }: Job) {
  if (state === 'paused') {
    if (pausedUntil) {
      return (
        <>
          until <Near at={pausedUntil} />
        </>
      );
    }
    return pauseReason === null ? 'paused' : `“${pauseReason}”`;
  }
  if (state === 'orphaned') return 'no node knows its task';
  return state === 'finished' ? 'no fire time is left' : (why?.reason ?? '');
}
