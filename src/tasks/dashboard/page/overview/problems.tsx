import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import * as queries from '../api/queries.js';
import type { Problem } from '../api/types.js';
import { LinkButton } from '../parts/button.js';
import { Card } from '../parts/card.js';
import { Loaded } from '../parts/loaded.js';
import { Link } from '../parts/link.js';
import { Distance } from '../parts/time.js';
import { Words } from '../parts/words.js';
import { jobPath } from '../shell/router.js';

/** What needs somebody: the worst first. */
export function Problems() {
  const query = useQuery({ ...queries.problems(), refetchInterval: 10_000 });
  const count = query.data?.items.length;
  return (
    <Card
      title="Needs attention"
      hint={count ? `${count} ${count === 1 ? 'problem' : 'problems'}` : undefined}
    >
      <Loaded query={query} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="body row">
              <span className="state good">
                <CircleCheck size={16} aria-hidden />
              </span>
              Nothing: all jobs run as they should.
            </p>
          ) : (
            <ul className="list problems">
              {items.map((problem) => (
                <ProblemRow key={`${problem.kind} ${problem.message}`} problem={problem} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

function ProblemRow({ problem }: { readonly problem: Problem }) {
  const { severity, message, remedy, since, jobs } = problem;
  const error = severity === 'error';
  return (
    <li className={error ? 'bad' : 'warn'}>
      <span className={`state ${error ? 'bad' : 'warn'}`}>
        {error ? <CircleAlert size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
        <span className="hidden-text">{severity}</span>
      </span>
      <div className="main">
        <Words text={message} />
        <small>
          {since && (
            <>
              <Distance at={since} /> ·{' '}
            </>
          )}
          <Words text={remedy} />
        </small>
        {jobs.length > 1 && (
          <small className="row">
            {jobs.slice(0, 5).map(({ id, name }) => (
              <Link key={id} to={jobPath(id)}>
                {name}
              </Link>
            ))}
          </small>
        )}
      </div>
      <Remedy problem={problem} />
    </li>
  );
}

/** Where to go to deal with it. */
function Remedy({ problem: { kind, jobs, link } }: { readonly problem: Problem }) {
  const [only] = jobs;
  if (only && kind === 'failing' && jobs.length === 1) {
    return (
      <>
        <LinkButton to={`runs?job=${encodeURIComponent(only.id)}&state=failed`}>
          Failed runs
        </LinkButton>
        <LinkButton to={jobPath(only.id)}>Open the job</LinkButton>
      </>
    );
  }
  if (only && jobs.length === 1) return <LinkButton to={jobPath(only.id)}>Open the job</LinkButton>;
  if (kind === 'failing') return <LinkButton to="jobs?failing=true">Show them</LinkButton>;
  if (kind === 'old-pause') return <LinkButton to="jobs?state=paused">Show them</LinkButton>;
  if (kind === 'orphaned' || kind === 'unreadable') {
    return <LinkButton to={`jobs?state=${kind}`}>Show them</LinkButton>;
  }
  if (kind === 'misfired') return <LinkButton to="runs?state=skipped">Skipped runs</LinkButton>;
  if (kind === 'backlog' || kind === 'overdue') {
    return <LinkButton to="runs?state=pending">Waiting runs</LinkButton>;
  }
  return /jobs/.test(link) ? (
    <LinkButton to="jobs">Jobs</LinkButton>
  ) : (
    <LinkButton to="cluster">Cluster</LinkButton>
  );
}
