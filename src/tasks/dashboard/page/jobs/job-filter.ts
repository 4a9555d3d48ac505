import type { Query } from '../api/client.js';

const PAGE = 50;

/** What of the address narrows the list. */
const FILTERS = ['text', 'task', 'tag', 'state', 'origin', 'failing'] as const;

/** What the server is asked for, from the address of the page. */
export function queryOf(asked: URLSearchParams): Query {
  const [order, direction] = sortOf(asked);
  return {
    ...filterOf(asked),
    order,
    direction,
    limit: PAGE,
    total: true,
    include: 'description,why,lastRun,lastRuns,stats',
  };
}

/** What narrows, as the address has it. */
function filterOf(asked: URLSearchParams): Query {
  return Object.fromEntries(
    FILTERS.flatMap((name) => {
      const values = asked.getAll(name);
      return values.length === 0 ? [] : [[name, values.length === 1 ? values[0]! : values]];
    }),
  );
}

/** The same as a bulk action takes it: where several are allowed, a list. */
export function bulkFilterOf(asked: URLSearchParams): Query {
  const { failing: _failing, ...filter } = filterOf(asked);
  return filter;
}

export type Order = 'name' | 'nextFireAt' | 'lastFireAt' | 'lastResult' | 'lastDuration';

/** `sort=-nextFireAt` is the other way round. */
export function sortOf(asked: URLSearchParams): [Order, 'asc' | 'desc'] {
  const sort = asked.get('sort') ?? 'nextFireAt';
  const name = sort.replace(/^-/, '') as Order;
  return [name, sort.startsWith('-') ? 'desc' : 'asc'];
}
