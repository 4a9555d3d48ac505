import { useInfiniteQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { useMay } from '../api/may.js';
import { LinkButton } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Pages } from '../parts/pages.js';
import { useAsked } from '../shell/router.js';
import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { count } from '../overview/counts.js';
import { Filters } from './filters.js';
import { JobTable } from './job-table.js';
import { queryOf } from './job-filter.js';

/** All jobs. What is asked for stands in the address, so that it can be sent to somebody. */
export function Jobs() {
  const [asked] = useAsked();
  const query = useInfiniteQuery(queries.jobs(queryOf(asked)));
  const admin = useMay('admin');
  const total = query.data?.pages[0]?.total;
  const hint = total && (total.exact ? count(total.count) : `more than ${count(total.count)}`);
  return (
    <Shell top={<TopBar title="Jobs" hint={hint} />}>
      <Pages
        label="Jobs"
        query={query}
        toolbar={
          <>
            <Filters asked={asked} />
            {admin && (
              <LinkButton kind="primary" to="new-job">
                New job
              </LinkButton>
            )}
          </>
        }
      >
        {(items) =>
          items.length === 0 ? (
            <NoJobs filtered={asked.size > 0} />
          ) : (
            <JobTable jobs={items} total={total?.count ?? items.length} />
          )
        }
      </Pages>
    </Shell>
  );
}

function NoJobs({ filtered }: { readonly filtered: boolean }) {
  if (filtered) {
    return (
      <Empty title="No job fits">
        <LinkButton to="jobs">Show all jobs</LinkButton>
      </Empty>
    );
  }
  return (
    <Empty title="There are no jobs yet">
      <p>Decorate a method of a provider, or make one here.</p>
      <pre className="code">{EXAMPLE}</pre>
    </Empty>
  );
}

const EXAMPLE = `@Cron('0 9 * * 1-5', { name: 'daily-report' })
async daily() { … }`;
