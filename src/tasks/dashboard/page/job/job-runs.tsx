import { useInfiniteQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { Card } from '../parts/card.js';
import { Empty } from '../parts/empty.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { RunTable } from '../runs/run-table.js';

export function JobRuns({ id }: { readonly id: string }) {
  const query = useInfiniteQuery(queries.runs({ job: id, limit: 15 }));
  return (
    <Card
      title="Runs"
      aside={<Link to={`runs?job=${encodeURIComponent(id)}`}>All runs of this job</Link>}
    >
      <Loaded query={query} lines={6}>
        {({ pages }) =>
          pages[0]!.items.length === 0 ? (
            <Empty title="It has not run yet" />
          ) : (
            <RunTable runs={pages[0]!.items} ofOneJob />
          )
        }
      </Loaded>
    </Card>
  );
}
