import { tasksEvent, type TasksEvent, type TasksEventName } from '../domain/events.js';
import { ToldOnce } from '../domain/told-once.js';
import type { DueJobs, Fired, FireLedger } from '../store/fire-ledger.js';

/** What a fire makes happen: its rows are asked for only while somebody wants to hear of these. */
export const FIRE_EVENTS = ['run.fired', 'run.skipped'] as const satisfies TasksEventName[];

/** What the planner asks of the ledger. */
export type PlannedFires = Pick<FireLedger, 'due' | 'fire'>;

/**
 * The ledger as the planner uses it, and everybody who listens hears of it. Rows are asked for only
 * while somebody does: they cost the statement that fires.
 */
export class HeardFires implements PlannedFires {
  /** Whether anybody wants to hear of each fire time. Default: nobody. */
  wantsRows = false;
  private readonly told = new ToldOnce();

  constructor(
    private readonly fires: PlannedFires,
    private readonly tell: (event: TasksEvent) => void,
  ) {}

  async due(...asked: Parameters<FireLedger['due']>): Promise<DueJobs> {
    const due = await this.fires.due(...asked);
    for (const { jobId, revision, reason } of due.unreadable) {
      if (!this.told.isNew(`${revision} ${jobId}`)) continue;
      this.tell(tasksEvent('job.unreadable', due.at, { jobId, reason }));
    }
    return due;
  }

  async fire(...[token, pauses, fires]: Parameters<FireLedger['fire']>): Promise<Fired> {
    const fired = await this.fires.fire(token, pauses, fires, this.wantsRows);
    for (const { jobId, runId, fireAt, state, reason } of fired.rows)
      this.tell(
        state === 'skipped' && reason !== null
          ? tasksEvent('run.skipped', fired.at, { jobId, runId, fireAt, reason })
          : tasksEvent('run.fired', fired.at, { jobId, runId, fireAt }),
      );
    return fired;
  }
}
