import { useInfiniteQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { Button } from '../parts/button.js';
import { Failure, Loaded } from '../parts/loaded.js';
import { Narrow } from '../parts/narrow.js';
import { useAsked } from '../shell/router.js';
import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { AuditList } from './audit-list.js';

const FILTERS = [
  ['job', 'Job id'],
  ['actor', 'Who'],
  ['action', 'Action'],
  ['run', 'Run'],
] as const;
const PAGE = 50;

/** What people and programs have changed, and why. */
export function Audit() {
  const [asked] = useAsked();
  const filters = Object.fromEntries(
    FILTERS.map(([name]) => [name, asked.get(name) ?? undefined] as const),
  );
  const query = useInfiniteQuery(queries.audit({ ...filters, limit: PAGE }));
  return (
    <Shell top={<TopBar title="Audit" />}>
      <section className="card" aria-label="Changes">
        <div className="toolbar">
          {FILTERS.map(([name, label]) => (
            <Narrow key={name} name={name} label={label} />
          ))}
        </div>
        {query.error && query.data && (
          <div className="body">
            <Failure error={query.error} />
          </div>
        )}
        <Loaded query={query} lines={10}>
          {({ pages }) => <AuditList entries={pages.flatMap((page) => page.items)} />}
        </Loaded>
      </section>
      {query.hasNextPage && (
        <p className="row">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </Shell>
  );
}
