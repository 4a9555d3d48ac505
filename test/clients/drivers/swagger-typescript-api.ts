import { Api, type HttpResponse, type Problem } from './generated/api.js';
import type { Driven } from './driven.js';

/** What a client of `swagger-typescript-api` does. */
export async function drive(baseUrl: string, key: string): Promise<Driven> {
  const { scheduler } = new Api({
    baseUrl,
    securityWorker: () => ({ headers: { authorization: `Bearer ${key}` } }),
    baseApiParams: { secure: true },
  });
  const made = await scheduler.tasksAdd({
    id: 'driven',
    task: 'reports.daily',
    trigger: { type: 'interval', hours: 1 },
  });
  const seen = await scheduler.tasksGet('driven');
  const condition = { headers: { 'If-Match': `"${seen.data.tag}"` } };
  const { trigger } = seen.data;
  const changed = await scheduler.tasksModify('driven', { trigger, priority: 3 }, condition);
  const outdated = await scheduler
    .tasksModify('driven', { priority: 4 }, condition)
    .catch((refused: HttpResponse<unknown, Problem>) => refused);
  const run = await scheduler.jobActionsRun('driven', {});
  const runs = await scheduler.runsList({ job: 'driven' });
  const gone = await scheduler.tasksRemove('driven');
  return {
    made: made.data.state,
    priority: changed.data.priority,
    outdated: outdated.error?.code,
    found: runs.data.items.some(({ id }) => id === run.data.id),
    removed: gone.status,
  };
}
