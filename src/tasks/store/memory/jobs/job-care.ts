import type { Log } from '../../../domain/log.js';
import { triggerSpecSchema } from '../../../triggers/trigger-spec.js';
import { careFor, CARES, type Care, type CareOptions } from '../../../domain/care-decision.js';
import { CareReport } from '../../care-report.js';
import { undealt } from '../../../domain/job-changes.js';
import { JobCare } from '../../job-store.js';
import type { MemoryDatabase } from '../database.js';
import { MemoryJobWriter } from './job-writer.js';
import type { JobRow } from '../rows.js';

/** What the leader looks after, all at once. */
export class MemoryJobCare extends JobCare {
  private readonly writer: MemoryJobWriter;
  private readonly options: CareOptions;

  /** @param orphanAfterMs after how long a job that nobody knows becomes an orphan */
  constructor(
    private readonly database: MemoryDatabase,
    orphanAfterMs: number,
    private readonly log: Log,
  ) {
    super();
    this.writer = new MemoryJobWriter(database);
    this.options = { ...database.options, orphanAfterMs };
  }

  async care(judges = true): Promise<number | null> {
    const report = new CareReport();
    for (const job of this.database.jobs.values()) this.note(job, judges, report);
    for (const care of CARES) {
      if (care === 'orphan' && !judges) continue;
      for (const job of this.database.jobs.values()) {
        if (this.one(care, job)) report.add(care, job.id);
      }
    }
    report.tell(this.log);
    return this.nextPauseEndMs();
  }

  private note(job: JobRow, judges: boolean, report: CareReport): void {
    const known = this.isKnown(job);
    const misses = !known && judges && (job.state === 'active' || job.state === 'paused');
    if (misses && job.unknownSince === null) {
      this.database.jobs.set(job.id, { ...job, unknownSince: this.database.now() });
      report.add('miss', job.id);
    }
    if (known && job.unknownSince !== null && job.orphanedAt === null) {
      this.database.jobs.set(job.id, { ...job, unknownSince: null });
    }
  }

  private one(care: Care, job: JobRow): boolean {
    const { runs } = this.database;
    const now = this.database.now();
    const circumstances = {
      known: this.isKnown(job),
      unfinished: runs.live(job.id).length > 0,
      recorded: runs.all().some(({ jobId }) => jobId === job.id),
      now,
    };
    const state = triggerSpecSchema.safeParse(job.trigger).success ? job.state : 'unreadable';
    const change = careFor(care, { ...job, state }, circumstances, this.options);
    if (change === null) return false;
    if (change === 'remove') this.writer.delete(job, undealt(job, now, 'replaced'));
    else this.writer.apply(job, change);
    return true;
  }

  private isKnown({ id, task, origin }: JobRow): boolean {
    const alive = [...this.database.nodes.values()].filter((node) => this.database.isAlive(node));
    const declares = alive.some(({ tasks, jobs }) => typeof { ...tasks, ...jobs }[id] === 'string');
    return alive.some(({ tasks }) => task in tasks) && (origin === 'api' || declares);
  }

  private nextPauseEndMs(): number | null {
    const now = this.database.now().getTime();
    const waits = [...this.database.jobs.values()].flatMap(({ pausedUntil }) =>
      pausedUntil === null || pausedUntil.getTime() <= now ? [] : [pausedUntil.getTime() - now],
    );
    return waits.length === 0 ? null : Math.min(...waits);
  }
}
