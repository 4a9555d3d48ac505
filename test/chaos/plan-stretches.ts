import type { TriggerSpec } from '../../src/tasks/triggers/trigger-spec.js';
import type { PlanStretch } from '../simulation/history.js';
import type { Change } from './workload.js';

/** A change of a plan, as the witness saw it in its transaction. */
export interface PlanChange {
  readonly job_id: string;
  readonly job: {
    readonly trigger: TriggerSpec;
    readonly paused: boolean;
    readonly max_runs: number | null;
  } | null;
  readonly before_at: Date | null;
  /** The last fire time that was dealt with before it, and how many runs there had been. */
  readonly last_at: Date | null;
  readonly fired: number | null;
  /** The end of the range that it recorded as overdue, or as missed while paused. */
  readonly overdue_to: Date | null;
  readonly after_at: Date | null;
  readonly at: Date;
}

/**
 * The stretches of one job's plans. A plan that was replaced must account for every fire time up to
 * the asking for the change, and one that is made must have those after its acknowledgement; what
 * lies in between belongs to whichever the database says. What a paused job misses is accounted for by
 * the change that ends the pause. A job that has had its runs has no fire time after the last.
 */
export function planStretches(
  changes: readonly PlanChange[],
  asked: readonly Change[],
): PlanStretch[] {
  const stretches: PlanStretch[] = [];
  let current: Omit<PlanStretch, 'until'> | null = null;
  let maxRuns = Infinity;
  for (const change of changes) {
    const { job, before_at: before, overdue_to: overdueTo, after_at: after, at } = change;
    const cause = asked.find(({ askedAt, answeredAt }) => askedAt <= at && at <= answeredAt);
    let accounted = at;
    if (current !== null) {
      const last = before === null ? current.after : new Date(before.getTime() - 1);
      accounted = overdueTo ?? last;
      const until = cause && cause.askedAt > accounted ? cause.askedAt : accounted;
      const hasEnded = change.fired !== null && change.fired >= maxRuns;
      stretches.push({ ...current, until: hasEnded ? (change.last_at ?? until) : until });
    }
    current = null;
    if (job === null) continue;
    maxRuns = job.max_runs ?? Infinity;
    if (after !== null) {
      current = { trigger: job.trigger, after: between(new Date(after.getTime() - 1), cause) };
    } else if (job.paused) {
      current = { trigger: job.trigger, after: accounted };
    }
  }
  return current === null ? stretches : [...stretches, { ...current, until: null }];
}

/** A plan begins neither before it was asked for nor after it was acknowledged. */
function between(made: Date, cause: Change | undefined): Date {
  if (cause === undefined) return made;
  if (made < cause.askedAt) return cause.askedAt;
  return made > cause.answeredAt ? cause.answeredAt : made;
}
