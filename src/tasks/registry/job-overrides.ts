import {
  jobOverrideSchema,
  type JobOverride,
  type JobOverrideInput,
} from '../domain/configured-job.js';
import { InvalidInputError, type Issue } from '../domain/errors.js';
import { issuesOf } from '../triggers/invalid-input.js';
import { triggerIssues } from '../triggers/parse-trigger.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { withHash } from './declaration-hash.js';
import { inZone } from './default-zone.js';

const OPTION = 'The option "overrides"';

/**
 * What the host's configuration says otherwise of declared jobs. It becomes a part of the declaration, and
 * so of its hash: it survives whatever an operator does, and goes when the configuration drops it.
 */
export class JobOverrides {
  private readonly overrides: ReadonlyMap<string, JobOverride>;

  /** @throws InvalidInputError naming each refused field, behind the id of its job */
  constructor(given: Readonly<Record<string, JobOverrideInput>>) {
    const parsed = Object.entries(given).map(([id, input]) => parse(id, input));
    const issues = parsed.flatMap((each) => each.issues);
    if (issues.length > 0) throw new InvalidInputError(OPTION, issues);
    this.overrides = new Map(parsed.map(({ id, override }) => [id, override]));
  }

  /** @param timeZone IANA zone of a cron expression that names neither a zone nor an offset */
  apply(job: DeclaredJob, timeZone: string): DeclaredJob {
    const override = this.overrides.get(job.id);
    if (override === undefined) return job;
    const { hash: _hash, ...declared } = job;
    const { disabled, trigger, ...fields } = override;
    return withHash({
      ...declared,
      ...fields,
      trigger: trigger === undefined ? declared.trigger : inZone(trigger, timeZone),
      ...switched(declared, disabled),
    });
  }

  /** @throws InvalidInputError for an override of a job that is none of these: it would do nothing */
  checkIds(declared: readonly string[]): void {
    const unknown = [...this.overrides.keys()].filter((id) => !declared.includes(id));
    if (unknown.length === 0) return;
    const known = declared.length === 0 ? 'there are none' : declared.toSorted().join(', ');
    throw new InvalidInputError(
      OPTION,
      unknown.map((id) => ({
        pointer: `/${id}`,
        message: `is not the id of a job that a decorator declares (${known})`,
      })),
    );
  }
}

/** A node that is not to run one of several jobs of a task would still claim it: that job is paused. */
function switched({ id, task }: Pick<DeclaredJob, 'id' | 'task'>, disabled: boolean | undefined) {
  if (disabled === undefined) return {};
  return id === task ? { disabled } : { paused: disabled };
}

interface Parsed {
  readonly id: string;
  readonly override: JobOverride;
  readonly issues: readonly Issue[];
}

function parse(id: string, input: JobOverrideInput): Parsed {
  const parsed = jobOverrideSchema.safeParse(input);
  if (!parsed.success) return { id, override: {}, issues: issuesOf(parsed.error, `/${id}`) };
  const { trigger } = parsed.data;
  const issues = trigger === undefined ? [] : triggerIssues(trigger, { seed: id });
  return {
    id,
    override: parsed.data,
    issues: issues.map((issue) => ({ ...issue, pointer: `/${id}/trigger${issue.pointer}` })),
  };
}
