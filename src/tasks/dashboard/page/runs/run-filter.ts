import type { Query } from '../api/client.js';

const PAGE = 50;

/** What of the address narrows the list, as the server has it. */
const FILTERS = ['text', 'job', 'task', 'node', 'state', 'cause', 'from', 'to'] as const;

export function runQueryOf(asked: URLSearchParams): Query {
  const given = FILTERS.flatMap((name) => {
    const values = asked.getAll(name);
    return values.length === 0 ? [] : [[name, values.length === 1 ? values[0]! : values] as const];
  });
  return { ...Object.fromEntries(given), include: 'asked', limit: PAGE };
}
