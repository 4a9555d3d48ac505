import { useInfiniteQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { Narrow } from '../parts/narrow.js';
import { Pages } from '../parts/pages.js';
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
      <Pages
        label="Changes"
        query={query}
        toolbar={FILTERS.map(([name, label]) => (
          <Narrow key={name} name={name} label={label} />
        ))}
      >
        {(entries) => <AuditList entries={entries} />}
      </Pages>
    </Shell>
  );
}
