import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { ApiError } from '../api/client.js';
import * as queries from '../api/queries.js';
import type { Job } from '../api/types.js';
import { JobActions } from '../actions/job-actions.js';
import { AuditList } from '../audit/audit-list.js';
import { Card } from '../parts/card.js';
import { Empty } from '../parts/empty.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { JobMark } from '../parts/state-mark.js';
import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { Definition } from './definition.js';
import { Banners } from './banners.js';
import { JobRuns } from './job-runs.js';
import { policyWords } from './policy-words.js';
import { When } from './when.js';

// The chart brings its library along, which nothing else needs.
const Durations = lazy(() => import('./durations.js'));

/** All there is to know of a job. */
export function JobPage({ id }: { readonly id: string }) {
  const query = useQuery({ ...queries.job(id), refetchInterval: 10_000 });
  const gone = query.error instanceof ApiError && query.error.status === 404;
  return (
    <Shell top={<TopBar title={query.data?.name ?? id} hint={query.data?.task} />}>
      {gone ? (
        <Empty title={`There is no job “${id}”`}>
          <p>It may have been removed. Its runs stay.</p>
          <Link to={`runs?job=${encodeURIComponent(id)}`}>Runs of it</Link>
        </Empty>
      ) : (
        <Loaded query={query} lines={8}>
          {(job) => <Whole job={job} />}
        </Loaded>
      )}
    </Shell>
  );
}

function Whole({ job }: { readonly job: Job }) {
  return (
    <>
      <div className="row">
        <JobMark state={job.state} />
        <span className="tag">{ORIGINS[job.origin]}</span>
        {job.tags.map((tag) => (
          <Link key={tag} to={`jobs?tag=${encodeURIComponent(tag)}`} className="tag">
            {tag}
          </Link>
        ))}
        <span className="to-end row">
          <JobActions job={job} />
        </span>
      </div>
      <Banners job={job} />
      <div className="two-columns even">
        <When job={job} />
        <Policies job={job} />
      </div>
      <Card title="How long it takes" hint="the last 100 runs">
        <Suspense fallback={<div className="body skeleton chart" />}>
          <Durations id={job.id} />
        </Suspense>
      </Card>
      <JobRuns id={job.id} />
      <div className="two-columns even">
        <History id={job.id} />
        <Definition job={job} />
      </div>
    </>
  );
}

/** How it behaves, in sentences. */
function Policies({ job }: { readonly job: Job }) {
  return (
    <Card title="How it behaves">
      <dl className="facts body">
        {policyWords(job).map(([name, words]) => (
          <div key={name} className="key">
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** Who has changed it, what and why. */
function History({ id }: { readonly id: string }) {
  const query = useInfiniteQuery(queries.audit({ job: id, limit: 8 }));
  const all = `audit?job=${encodeURIComponent(id)}`;
  return (
    <Card title="Changes" aside={<Link to={all}>All changes</Link>}>
      <Loaded query={query}>{({ pages }) => <AuditList entries={pages[0]!.items} short />}</Loaded>
    </Card>
  );
}

const ORIGINS: Readonly<Record<Job['origin'], string>> = {
  declared: 'declared in code',
  config: 'from the configuration',
  api: 'made at run time',
};
