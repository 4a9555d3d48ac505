import { configuredJobSchema } from '../domain/configured-job.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { InvalidInputError, type Issue } from '../domain/errors.js';
import { issuesOf } from '../triggers/invalid-input.js';
import { triggerIssues } from '../triggers/parse-trigger.js';
import { withHash } from './declaration-hash.js';
import type { DeclaredName } from './declared-names.js';
import { inZone } from './default-zone.js';
import type { RunAtStart, Schedule } from './schedule.decorator.js';

/** What several schedules of one method have in common. */
export interface SharedBySchedules {
  /** Of the task that they are jobs of. */
  readonly name: DeclaredName;
  /** What `@TaskOptions` says. */
  readonly options: object | undefined;
  /** A stock decorator has taken the method's own id. */
  readonly hasStock: boolean;
  /** IANA zone of cron expressions that name neither a zone nor an offset. */
  readonly timeZone: string;
}

/** A job of a method, and whether it also runs at a start. */
export interface MethodJob {
  readonly job: DeclaredJob;
  readonly runAtStart: RunAtStart | undefined;
}

/** The jobs that the `@Schedule`s of a method declare. @throws InvalidInputError */
export function scheduledJobs(
  schedules: readonly Schedule[],
  shared: SharedBySchedules,
): readonly MethodJob[] {
  const unnamed = schedules.filter(({ options }) => options.name === undefined).length;
  if (unnamed + Number(shared.hasStock) > 1) {
    throw refused(shared, [
      {
        pointer: '/name',
        message: 'is missing: a method with several triggers gives each of its schedules a name',
      },
    ]);
  }
  return schedules.map((schedule) => scheduledJob(schedule, shared));
}

function scheduledJob({ trigger, options }: Schedule, shared: SharedBySchedules): MethodJob {
  const { id: task, told } = shared.name;
  const { name, runAtStart, ...given } = options;
  const id = name === undefined ? task : `${name}${told}`;
  const written = typeof trigger === 'string' ? { type: 'cron', expression: trigger } : trigger;
  const asked = { ...shared.options, ...given, id, task, trigger: written };
  const parsed = configuredJobSchema.safeParse(asked);
  if (!parsed.success) throw refused(shared, issuesOf(parsed.error));
  const { disabled: _disabled, name: _name, ...job } = parsed.data;
  const issues = triggerIssues(job.trigger, { seed: id }).map((issue) => ({
    ...issue,
    pointer: `/trigger${issue.pointer}`,
  }));
  if (issues.length > 0) throw refused(shared, issues);
  const declared = withHash({
    ...job,
    name: id,
    trigger: inZone(job.trigger, shared.timeZone),
    origin: 'declared',
    paused: false,
    disabled: false,
  });
  return { job: declared, runAtStart };
}

/**
 * What runs once after each cold start of the cluster beside the job's own trigger: a job of its own,
 * `report@start`, as all that is armed by a start.
 */
export function startOf(job: DeclaredJob): DeclaredJob {
  const { hash: _hash, ...declared } = job;
  const id = `${job.id}@start`;
  return withHash({ ...declared, id, name: id, trigger: { type: 'start', delayMs: 0 } });
}

function refused({ name }: SharedBySchedules, issues: readonly Issue[]): InvalidInputError {
  return new InvalidInputError(`The @Schedule of ${name.source}`, issues);
}
