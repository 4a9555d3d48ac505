import type { Log } from '../domain/log.js';
import { TasksError } from '../domain/errors.js';
import { isPausedByCode, STOPPED_BY_CODE } from '../registry/code-pause.js';
import type { Job } from '../domain/job.js';
import type { MemoryDatabase } from '../store/memory/database.js';
import { postpone } from '../store/memory/fires/postpone.js';
import { editJob, pausing, resuming, retiming } from '../store/memory/jobs/edit-job.js';
import type { JobRow, RunRow } from '../store/memory/rows.js';
import { runNow } from '../store/memory/runs/run-now.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';

/** What the code of a host tells a job by the `CronJob` of its registry; each is done when it returns. */
export class CodeOrders {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly enable: (id: string) => void,
    private readonly log: Log,
  ) {}

  job(id: string): JobRow | undefined {
    return this.database.jobs.get(id);
  }

  /** Fires nothing of it up to that instant. */
  postpone(id: string, from: Date): void {
    postpone(this.database, id, from);
  }

  stop(id: string): void {
    if (this.job(id)?.paused !== false) return;
    this.change(id, () => editJob(this.database, id, pausing({ reason: STOPPED_BY_CODE })));
  }

  /** What an operator has paused, only operators resume. */
  start(id: string): void {
    this.enable(id);
    const job = this.job(id);
    if (!job?.paused) return;
    if (isPausedByCode(job)) this.change(id, () => editJob(this.database, id, resuming('skip')));
    else this.log.warn(`Code cannot start "${id}": somebody has paused it. Resume it there.`);
  }

  setTrigger(id: string, trigger: TriggerSpec): void {
    const job: Job | null = this.change(id, () => editJob(this.database, id, retiming(trigger)));
    if (!job?.overridden.includes('trigger')) return;
    this.log.warn(
      `Code cannot set the time of "${id}": somebody has overridden its trigger. Reset the job ` +
        'to take that back.',
    );
  }

  /** Null: it was refused, such as for an overlap. */
  run(id: string): RunRow | null {
    return this.change(id, () => runNow(this.database, id, {}));
  }

  /** Those who call methods of a `CronJob` expect no errors of ours. */
  private change<T>(id: string, body: () => T): T | null {
    try {
      return this.database.inOneGo(body);
    } catch (error) {
      if (!(error instanceof TasksError)) throw error;
      this.log.error(`"${id}" could not be told what code wants of it: ${error.message}`);
      return null;
    }
  }
}
