import { useQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { Card } from '../parts/card.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { OutcomeBars } from '../parts/outcome-bars.js';

/** What became of runs in the last 24 hours. */
export function Outcomes() {
  const query = useQuery({ ...queries.series({ by: 'hour' }), refetchInterval: 30_000 });
  return (
    <Card title="Outcomes" hint="last 24 h, by hour" aside={<Link to="runs">All runs</Link>}>
      <Loaded query={query} lines={6}>
        {({ items }) => (
          <div className="body">
            <OutcomeBars items={items} />
          </div>
        )}
      </Loaded>
    </Card>
  );
}
