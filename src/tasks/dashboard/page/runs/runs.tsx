import { useInfiniteQuery } from '@tanstack/react-query';
import * as queries from '../api/queries.js';
import { Button, LinkButton } from '../parts/button.js';
import { Empty } from '../parts/empty.js';
import { Pages } from '../parts/pages.js';
import { useSteady } from '../parts/use-steady.js';
import { useAsked } from '../shell/router.js';
import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import type { Run } from '../api/types.js';
import { Export } from './export.js';
import { runQueryOf } from './run-filter.js';
import { RunFilters } from './run-filters.js';
import { RunTable } from './run-table.js';

/** What ran, what did not, and why: newest first. */
export function Runs() {
  const [asked] = useAsked();
  const query = useInfiniteQuery(queries.runs(runQueryOf(asked)));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Shell top={<TopBar title="Runs" />}>
      <Pages
        label="Runs"
        query={query}
        toolbar={
          <>
            <RunFilters />
            <span className="to-end">
              <Export runs={items} />
            </span>
          </>
        }
        more={items.length === 0 ? 'Look further back' : 'Show more'}
      >
        {() =>
          items.length === 0 ? (
            <NoRuns filtered={asked.size > 0} />
          ) : (
            <Steady key={asked.toString()} runs={items} />
          )
        }
      </Pages>
    </Shell>
  );
}

/** New runs wait above until the pointer has left the table: no row moves under it. */
function Steady({ runs }: { readonly runs: readonly Run[] }) {
  const { shown, waiting, hold } = useSteady(runs, ({ id }) => id);
  return (
    <div {...hold}>
      {waiting > 0 && (
        <p className="pill">
          <Button kind="primary" onClick={hold.onPointerLeave}>
            {waiting} new {waiting === 1 ? 'run' : 'runs'}
          </Button>
        </p>
      )}
      <RunTable runs={shown} />
    </div>
  );
}

function NoRuns({ filtered }: { readonly filtered: boolean }) {
  return (
    <Empty title={filtered ? 'No run fits' : 'Nothing has run yet'}>
      {filtered ? (
        <LinkButton to="runs">Show all runs</LinkButton>
      ) : (
        'The first run of a job is recorded here, and so is each fire time that did not run.'
      )}
    </Empty>
  );
}
