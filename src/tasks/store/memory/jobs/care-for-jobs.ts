import type { Log } from '../../../domain/log.js';
import { triggerSpecSchema } from '../../../triggers/trigger-spec.js';
import { DISABLED_HERE } from '../../../domain/declared-job.js';
import { careFor, CARES, type Care, type JobFacts } from '../../../domain/care-decision.js';
import { CareReport } from '../../care-report.js';
import { undealt } from '../../../domain/job-changes.js';
import type { MemoryDatabase } from '../database.js';
import { isSwitchedOff } from '../../../domain/declaration.js';
import { enables } from './declare-job.js';
import { MemoryJobWriter } from './job-writer.js';
import type { JobRow } from '../rows.js';

export interface CareFor {
  /** After how long a job that nobody knows becomes an orphan. */
  readonly orphanAfterMs: number;
  /** Whether a silent node counts as gone. */
  readonly judges: boolean;
  readonly log: Log;
}

/**
 * Does for all jobs what time and deploys make necessary.
 *
 * @returns in how many milliseconds the next pause ends; null: none will
 */
export function careForJobs(database: MemoryDatabase, how: CareFor): number | null {
  const report = new CareReport();
  const { jobs } = database;
  for (const job of jobs.values()) note(database, job, how.judges, report);
  for (const care of CARES) {
    if (care === 'orphan' && !how.judges) continue;
    for (const job of jobs.values()) {
      if (careForOne(database, care, job, how)) report.add(care, job.id);
    }
  }
  report.tell(how.log);
  return nextPauseEndMs(database);
}

function note(database: MemoryDatabase, job: JobRow, judges: boolean, report: CareReport): void {
  if (!judges && job.unknownSince === null) return;
  const known = isKnown(database, job);
  const well = job.paused && isDisabled(database, job);
  const misses = !known && !well && judges && (job.state === 'active' || job.state === 'paused');
  if (misses && job.unknownSince === null) {
    database.jobs.set(job.id, { ...job, unknownSince: database.now() });
    report.add('miss', job.id);
  }
  if (known && job.unknownSince !== null && job.orphanedAt === null) {
    database.jobs.set(job.id, { ...job, unknownSince: null });
  }
}

function careForOne(database: MemoryDatabase, care: Care, job: JobRow, how: CareFor): boolean {
  if (!mayNeed(care, job)) return false;
  const { runs, options } = database;
  const now = database.now();
  const facts: JobFacts = {
    known: isKnown(database, job),
    disabled: isDisabled(database, job),
    unfinished: runs.live(job.id).length > 0,
    get recorded() {
      return runs.all().some(({ jobId }) => jobId === job.id);
    },
    now,
  };
  const state = isReadable(job) ? job.state : 'unreadable';
  const change = careFor(care, { ...job, state }, facts, { ...options, ...how });
  if (change === null) return false;
  const writer = new MemoryJobWriter(database);
  if (change === 'remove') writer.delete(job, undealt(job, now, 'replaced'));
  else writer.apply(job, change);
  const entry = { actor: 'scheduler', action: `job.${care}`, jobId: job.id };
  database.audit.write(entry);
  return true;
}

/** What can be told at a look: most jobs need nothing. */
function mayNeed(care: Care, job: JobRow): boolean {
  const { state, pausedUntil, orphanedAt, unknownSince, deleteWhenDone, origin } = job;
  switch (care) {
    case 'resume':
      return pausedUntil !== null;
    case 'revive':
      return orphanedAt !== null || isSwitchedOff(job);
    case 'orphan':
      return unknownSince !== null;
    case 'remove':
      return state === 'finished' && (deleteWhenDone || origin === 'api');
  }
}

const readable = new WeakMap<object, boolean>();

/** A trigger is parsed once, as its job is looked at many times. */
function isReadable({ trigger }: JobRow): boolean {
  const known = readable.get(trigger) ?? triggerSpecSchema.safeParse(trigger).success;
  readable.set(trigger, known);
  return known;
}

function isKnown(database: MemoryDatabase, { id, task, origin }: JobRow): boolean {
  const alive = [...database.nodes.values()].filter((node) => database.isAlive(node));
  const declares = alive.some((node) => enables(node, id));
  return alive.some(({ tasks }) => task in tasks) && (origin === 'api' || declares);
}

/** A live node declares it, and is not to run it. */
function isDisabled(database: MemoryDatabase, { id, origin }: JobRow): boolean {
  if (origin !== 'declared') return false;
  return [...database.nodes.values()].some(
    (node) => database.isAlive(node) && node.jobs[id] === DISABLED_HERE,
  );
}

function nextPauseEndMs(database: MemoryDatabase): number | null {
  let first = Infinity;
  for (const { pausedUntil } of database.jobs.values()) {
    const inMs = pausedUntil === null ? 0 : pausedUntil.getTime() - database.now().getTime();
    if (inMs > 0) first = Math.min(first, inMs);
  }
  return first === Infinity ? null : first;
}
