import { UnavailableError } from '../domain/errors.js';
import type { Log, LogFields } from '../domain/log.js';
import type { JobStore } from '../store/job-store.js';
import type { Declared, DeclaredJob } from '../domain/declared-job.js';

/** A job that this node declares. */
export interface OwnDeclaration {
  readonly job: DeclaredJob;
  /** Where it is declared: `Class.method`, or the configuration. */
  readonly source: string;
}

/**
 * Brings what this node declares into the store. A job that is refused keeps nobody from declaring the
 * others.
 *
 * @returns the ids of those that were refused, or that somebody else has made otherwise
 * @throws UnavailableError when the database is away: nothing says that the rest has been declared
 */
export async function declareJobs(
  declarations: readonly OwnDeclaration[],
  jobs: JobStore,
  nodeId: string,
  log: Log,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const { job, source } of declarations) {
    try {
      const outcome = await jobs.declare(job, nodeId);
      SENTENCES[outcome](log, job.id, source);
      if (outcome === 'unchanged' && job.trigger.type === 'start' && !job.disabled)
        log.log(
          `"${job.id}" has had its run of this start of the cluster: it goes on since another node ` +
            'is alive, or was a moment ago.',
          about('job.not-restarted', job.id),
        );
      if (outcome === 'taken') refused.push(job.id);
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      log.error(`${source} declares the job "${job.id}", which was refused: ${reason}`, {
        ...about('job.refused', job.id),
        reason,
      });
      refused.push(job.id);
    }
  }
  return refused;
}

const SENTENCES: Readonly<Record<Declared, (log: Log, id: string, source: string) => void>> = {
  unchanged: () => undefined,
  created: (log, id) => log.log(`Job "${id}" was created.`, about('job.created', id)),
  replaced: (log, id, source) =>
    log.log(`Job "${id}" is now what ${source} declares.`, about('job.replaced', id)),
  restarted: (log, id) =>
    log.log(`Job "${id}" was scheduled for this start of the cluster.`, about('job.restarted', id)),
  restored: (log, id, source) =>
    log.log(
      `Job "${id}" fires as ${source} declares it again: what code had set has ended.`,
      about('job.restored', id),
    ),
  revived: (log, id, source) =>
    log.log(`Job "${id}" was revived: ${source} declares it again.`, about('job.revived', id)),
  drifted: (log, id, source) =>
    log.warn(
      `Job "${id}" stays as another live node declares it, which is newer than what ${source} ` +
        `declares here. Deploy the newer version to this node too; if this one is a rollback, it ` +
        `comes into force when the last of the others has stopped.`,
      about('job.drifted', id),
    ),
  disabled: (log, id, source) =>
    log.log(
      `Job "${id}" is paused: ${source} is disabled here, and no other live node runs it.`,
      about('job.disabled', id),
    ),
  enabled: (log, id, source) =>
    log.log(
      `Job "${id}" is fired again: ${source} is not disabled here.`,
      about('job.enabled', id),
    ),
  taken: (log, id, source) =>
    log.error(
      `${source} declares the job "${id}", but a job of that id was made otherwise (at run time, in ` +
        `code or by configuration) and is kept. Rename one of them.`,
      about('job.taken', id),
    ),
};

const about = (event: string, jobId: string): LogFields => ({ event, jobId });
