import { configuredJobSchema, type ConfiguredJob } from '../domain/configured-job.js';
import { InvalidInputError, type Issue } from '../domain/errors.js';
import { issuesOf } from '../triggers/invalid-input.js';
import { triggerIssues } from '../triggers/parse-trigger.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { withHash } from './declaration-hash.js';
import { inZone } from './default-zone.js';

/**
 * The jobs that the host's configuration declares: what an entry leaves out has the default that it has
 * for `addJob`.
 *
 * @param timeZone IANA zone of cron expressions that name neither a zone nor an offset
 * @throws InvalidInputError naming each refused field, behind the index of its entry
 */
export function configuredJobs(jobs: readonly unknown[], timeZone: string): readonly DeclaredJob[] {
  const issues = configuredJobIssues(jobs);
  if (issues.length > 0) throw new InvalidInputError('The option "jobs"', issues);
  return jobs.map((job) => declared(configuredJobSchema.parse(job), timeZone));
}

/** What is wrong with a list of configured jobs: pointers begin with the index of the entry. */
export function configuredJobIssues(jobs: readonly unknown[]): readonly Issue[] {
  const indices = new Map<string, number>();
  return jobs.flatMap((input, index) => {
    const parsed = configuredJobSchema.safeParse(input);
    if (!parsed.success) return issuesOf(parsed.error, `/${index}`);
    const { id, trigger } = parsed.data;
    const first = indices.get(id);
    indices.set(id, first ?? index);
    const twice = { pointer: `/${index}/id`, message: `is that of entry ${first} already` };
    return [
      ...(first === undefined ? [] : [twice]),
      ...triggerIssues(trigger, { seed: id }).map((issue) => ({
        ...issue,
        pointer: `/${index}/trigger${issue.pointer}`,
      })),
    ];
  });
}

function declared({ disabled, name, ...job }: ConfiguredJob, timeZone: string): DeclaredJob {
  return withHash({
    ...job,
    name: name ?? job.id,
    trigger: inZone(job.trigger, timeZone),
    origin: 'config',
    paused: disabled,
    disabled: false,
  });
}
