import { InvalidInputError, type Issue } from './errors.js';
import { jobPolicySchema, type JobPolicy } from './job.js';
import { issuesOf } from '../triggers/invalid-input.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import { triggerSpecSchema, type TriggerSpec } from '../triggers/trigger-spec.js';

const policiesOf = jobPolicySchema.strip();

/**
 * What this version cannot read of a job, each field by its pointer; null: it can read all. A row of a
 * newer version, or one that was edited by hand, must not keep anybody from the others, nor from being
 * looked at.
 */
export function whyUnreadable(
  job: Readonly<Record<keyof JobPolicy | 'trigger' | 'id', unknown>>,
): string | null {
  const policy = policiesOf.safeParse(job);
  const trigger = triggerSpecSchema.safeParse(job.trigger);
  const issues = [
    ...(policy.success ? [] : issuesOf(policy.error)),
    ...(trigger.success
      ? compileIssues(trigger.data, String(job.id))
      : issuesOf(trigger.error, '/trigger')),
  ];
  return issues.length === 0 ? null : issues.map((i) => `${i.pointer} ${i.message}`).join('; ');
}

/** A spec of the right shape may still hold what only another version understands. */
function compileIssues(spec: TriggerSpec, seed: string): readonly Issue[] {
  try {
    triggerOf(spec, { seed });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError))
      return [{ pointer: '/trigger', message: String(error) }];
    return error.issues.map((issue) => ({ ...issue, pointer: `/trigger${issue.pointer}` }));
  }
}
