import type { AuditEntry } from '../api/types.js';
import { Empty } from '../parts/empty.js';
import { Link } from '../parts/link.js';
import { Distance, Instant } from '../parts/time.js';
import { jobPath, runPath } from '../shell/router.js';

/** Changes, newest first. `short`: all are of one job, which is not told again. */
export function AuditList({
  entries,
  short = false,
}: {
  readonly entries: readonly AuditEntry[];
  readonly short?: boolean;
}) {
  if (entries.length === 0) return <Empty title="Nobody has changed anything" />;
  return (
    <ul className="list audit">
      {entries.map((entry) => (
        <li key={entry.id}>
          <div className="main">
            <strong>{wordsOf(entry.action)}</strong>{' '}
            {!short && entry.jobId && <Link to={jobPath(entry.jobId)}>{entry.jobId}</Link>}{' '}
            {entry.runId && <Link to={runPath(entry.runId)}>run {entry.runId}</Link>}
            <small>
              {entry.actor}
              {entry.reason && <> · “{entry.reason}”</>}
            </small>
            <Details details={entry.details} />
          </div>
          <div className="number">
            <Instant at={entry.at} />
            <small className="sub">
              <Distance at={entry.at} />
            </small>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Details({ details }: { readonly details: unknown }) {
  if (details === null || details === undefined) return null;
  if (typeof details === 'object' && Object.keys(details).length === 0) return null;
  return (
    <details className="data">
      <summary>What has changed</summary>
      <pre className="code" tabIndex={0}>
        {JSON.stringify(details, null, 2)}
      </pre>
    </details>
  );
}

/** `job.pause`: what was done to what. */
function wordsOf(action: string): string {
  const [what = '', ...how] = action.split('.');
  return how.length === 0 ? what : `${how.join(' ')} ${what}`;
}
