import { tasksEvent, type TasksEvent, type TasksEventName } from '../domain/events.js';
import type { Fired } from '../store/fire-ledger.js';

/** What a fire makes happen: the leader asks for its rows only while somebody wants to hear of these. */
export const FIRE_EVENTS = ['run.fired', 'run.skipped'] as const satisfies TasksEventName[];

/** A fire as events, in the order of its rows. */
export function fireEvents({ rows, at }: Pick<Fired, 'rows' | 'at'>): readonly TasksEvent[] {
  return rows.map(({ jobId, runId, fireAt, state, reason }) =>
    state === 'skipped' && reason !== null
      ? tasksEvent('run.skipped', at, { jobId, runId, fireAt, reason })
      : tasksEvent('run.fired', at, { jobId, runId, fireAt }),
  );
}
