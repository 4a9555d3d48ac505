import { tasksEvent, type TasksEvent } from '../domain/events.js';
import { ToldOnce } from '../domain/told-once.js';
import { FireLedger, type DueJobs, type Fired } from '../store/fire-ledger.js';
import { fireEvents } from './fire-events.js';

/**
 * The ledger as the planner uses it, and everybody who listens hears of it. Rows are asked for only
 * while somebody does: they cost the statement that fires.
 */
export class HeardFires extends FireLedger {
  /** Whether anybody wants to hear of each fire time. Default: nobody. */
  wantsRows = false;
  private readonly told = new ToldOnce();

  constructor(
    private readonly fires: FireLedger,
    private readonly tell: (event: TasksEvent) => void,
  ) {
    super();
  }

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
    for (const event of fireEvents(fired)) this.tell(event);
    return fired;
  }

  release(...asked: Parameters<FireLedger['release']>): ReturnType<FireLedger['release']> {
    return this.fires.release(...asked);
  }

  atWork(): ReturnType<FireLedger['atWork']> {
    return this.fires.atWork();
  }

  settle(...asked: Parameters<FireLedger['settle']>): ReturnType<FireLedger['settle']> {
    return this.fires.settle(...asked);
  }
}
