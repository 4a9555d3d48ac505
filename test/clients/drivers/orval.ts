import {
  jobActionsRun,
  runsList,
  tasksAdd,
  tasksGet,
  tasksModify,
  tasksRemove,
} from './generated/orval.js';
import type { Driven } from './driven.js';

/** What a client of `orval` does. Where its server is was said when it was generated. */
export async function drive(_baseUrl: string, key: string): Promise<Driven> {
  const headers = { authorization: `Bearer ${key}` };
  const made = await tasksAdd(
    { id: 'driven', task: 'reports.daily', trigger: { type: 'interval', hours: 1 } },
    { headers },
  );
  const seen = await tasksGet('driven', { headers });
  if (seen.status !== 200) throw new Error(String(seen.status));
  const condition = { headers: { ...headers, 'If-Match': `"${seen.data.tag}"` } };
  const { trigger } = seen.data;
  const changed = await tasksModify('driven', { trigger, priority: 3 }, condition);
  const outdated = await tasksModify('driven', { priority: 4 }, condition);
  const run = await jobActionsRun('driven', {}, { headers });
  const runs = await runsList({ job: 'driven' }, { headers });
  const gone = await tasksRemove('driven', { headers });
  return {
    made: made.status === 201 ? made.data.state : undefined,
    priority: changed.status === 200 ? changed.data.priority : undefined,
    outdated: outdated.status === 412 ? outdated.data.code : undefined,
    found:
      runs.status === 200 && run.status === 202
        ? runs.data.items.some(({ id }) => id === run.data.id)
        : undefined,
    removed: gone.status,
  };
}
