import type { Run } from '../api/types.js';
import { useNodeNames } from '../api/node-names.js';
import { RunMark } from '../parts/state-mark.js';
import { Link } from '../parts/link.js';
import { Distance, Elapsed, Instant } from '../parts/time.js';
import { jobPath, runPath } from '../shell/router.js';
import { duration } from '../time/duration.js';
import { reasonWords } from './reason-words.js';

/** Runs, a row each. */
export function RunTable({
  runs,
  ofOneJob = false,
}: {
  readonly runs: readonly Run[];
  readonly ofOneJob?: boolean;
}) {
  const nodeName = useNodeNames();
  return (
    <div className="table-frame">
      <table className="cards runs">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {!ofOneJob && <th scope="col">Job</th>}
            <th scope="col">State</th>
            <th scope="col">Fire time</th>
            <th scope="col">Cause</th>
            <th scope="col" className="number">
              Delay
            </th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col">Node</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id} data-run={run.id}>
              <td className="title">
                <Link to={runPath(run.id)} className="name mono" data-row-link>
                  {run.id}
                </Link>
              </td>
              {!ofOneJob && (
                <td data-label="Job">
                  <Link to={jobPath(run.jobId)} className="name">
                    {run.jobId}
                  </Link>
                </td>
              )}
              <td data-label="State" className="why">
                <RunMark state={run.state} />
                <Because run={run} />
              </td>
              <td data-label="Fire time">
                <Instant at={run.fireAt} />
                <small>
                  <Distance at={run.fireAt} />
                </small>
              </td>
              <td data-label="Cause">
                {run.cause}
                {run.asked?.by && <small>by {run.asked.by}</small>}
              </td>
              <td data-label="Delay" className="number mono">
                {run.lagMs === null ? '–' : duration(run.lagMs)}
              </td>
              <td data-label="Took" className="number mono">
                {took(run)}
              </td>
              <td data-label="Node">{nodeName(run.nodeId)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function took({ state, startedAt, durationMs }: Run) {
  if (state === 'running' && startedAt) return <Elapsed since={startedAt} />;
  return durationMs === null ? '–' : duration(durationMs);
}

/** Why it did not run, or how it failed. */
function Because({ run }: { readonly run: Run }) {
  const error = run.error as { readonly message?: string } | null;
  const words = error?.message ?? reasonWords(run);
  return words ? <small title={words}>{words}</small> : null;
}
