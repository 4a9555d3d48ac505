import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import * as queries from '../api/queries.js';
import { Link } from '../parts/link.js';
import { Elapsed } from '../parts/time.js';
import { duration } from '../time/duration.js';
import { count, ENDED, FAILED, sumOf } from './counts.js';

/** How it is going, in five figures; each leads to what it counts. */
export function Figures() {
  const stats = useQuery({ ...queries.stats(), refetchInterval: 10_000 }).data;
  const nodes = useQuery(queries.nodes()).data?.items.filter(({ alive }) => alive) ?? [];
  const slots = nodes.reduce((sum, node) => sum + (node.slots?.total ?? 0), 0);
  const runs = stats?.runs ?? {};
  const ended = sumOf(runs, ENDED);
  const failures = sumOf(runs, FAILED);
  return (
    <ul className="figures card" aria-label="Figures">
      <Figure label="Running now" to="runs?state=running">
        {count(runs['running'] ?? 0)} {slots > 0 && <small>of {count(slots)} slots</small>}
      </Figure>
      <Figure label="Waiting" to="runs?state=pending">
        {count(stats?.backlog.pending ?? 0)}{' '}
        {stats?.backlog.oldestRunAt && (
          <small>
            oldest <Elapsed since={stats.backlog.oldestRunAt} />
          </small>
        )}
      </Figure>
      <Figure label="Runs, 24 h" to="runs">
        {count(ended)}
      </Figure>
      <Figure label="Failed, 24 h" to="runs?state=failed" bad={failures > 0}>
        {count(failures)} {ended > 0 && <small>{((100 * failures) / ended).toFixed(2)} %</small>}
      </Figure>
      <Figure label="Start delay, p50 / p95" to="runs">
        {stats?.lagMs ? (
          <>
            {duration(stats.lagMs.p50)} <small>/</small> {duration(stats.lagMs.p95)}
          </>
        ) : (
          <small>nothing yet</small>
        )}
      </Figure>
    </ul>
  );
}

function Figure({
  label,
  to,
  bad = false,
  children,
}: {
  readonly label: string;
  readonly to: string;
  readonly bad?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li>
      <Link to={to}>
        <span>{label}</span>
        <strong className={bad ? 'bad' : ''}>{children}</strong>
      </Link>
    </li>
  );
}
