import { useInfiniteQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { AuditList } from '../audit/audit-list.js';
import { Card } from '../parts/card.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';

/** Who has changed it, what and why. */
export function History({ id }: { readonly id: string }) {
  const query = useInfiniteQuery(queries.audit({ job: id, limit: 8 }));
  const all = `audit?job=${encodeURIComponent(id)}`;
  return (
    <Card title="Changes" aside={<Link to={all}>All changes</Link>}>
      <Loaded query={query}>{({ pages }) => <AuditList entries={pages[0]!.items} short />}</Loaded>
    </Card>
  );
}
