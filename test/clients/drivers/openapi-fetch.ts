import createClient from 'openapi-fetch';
import type { paths } from './generated/schema.js';
import type { Driven } from './driven.js';

/** What a client of `openapi-typescript` with `openapi-fetch` does. */
export async function drive(baseUrl: string, key: string): Promise<Driven> {
  const headers = { authorization: `Bearer ${key}` };
  const client = createClient<paths>({ baseUrl, headers });
  const made = await client.POST('/scheduler/jobs', {
    body: { id: 'driven', task: 'reports.daily', trigger: { type: 'interval', hours: 1 } },
  });
  const path = { id: 'driven' };
  const seen = await client.GET('/scheduler/jobs/{id}', { params: { path } });
  if (seen.data === undefined) throw new Error(seen.error.detail);
  const { trigger, tag } = seen.data;
  const header = { 'If-Match': `"${tag}"` };
  const changed = await client.PATCH('/scheduler/jobs/{id}', {
    params: { path, header },
    body: { trigger: { ...trigger }, priority: 3 },
  });
  const outdated = await client.PATCH('/scheduler/jobs/{id}', {
    params: { path, header },
    body: { priority: 4 },
  });
  const run = await client.POST('/scheduler/jobs/{id}/run', { params: { path }, body: {} });
  const runs = await client.GET('/scheduler/runs', { params: { query: { job: 'driven' } } });
  const gone = await client.DELETE('/scheduler/jobs/{id}', { params: { path } });
  return {
    made: made.data?.state,
    priority: changed.data?.priority,
    outdated: outdated.error?.code,
    found: runs.data?.items.some(({ id }) => id === run.data?.id),
    removed: gone.response.status,
  };
}
