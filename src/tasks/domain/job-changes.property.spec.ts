import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDeclaration, later, minutes, NOON, stored } from '../../../test/support/builders.js';
import { InvalidInputError } from './errors.js';
import { planFires, type SkippedRange } from './fire-plan.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { firstDeclared, redeclared } from './declaration.js';
import { orphaned, paused, resumed, revived, undealt } from './job-changes.js';
import type { JobChange, StoredJob } from './job-definition.js';
import { modified, reset } from './job-edits.js';

/**
 * A declared job lives through whatever users, deploys and leaders do to it, in any order, and now and
 * then the database's clock is set back. In the end each fire time of a trigger while it was in force
 * must be in one row of the ledger, and in no more than one.
 */

const ID = 'report';

/** Instants of the triggers fall together often: that is where mistakes by one show. */
const TRIGGERS: readonly TriggerSpec[] = [
  { type: 'interval', minutes: 1 },
  { type: 'interval', minutes: 7 },
  { type: 'interval', minutes: 5, startAt: '2026-03-02T11:58:00Z' },
  { type: 'cron', expression: '*/5 * * * *' },
  { type: 'cron', expression: 'H/10 * * * *' },
  { type: 'cron', expression: '0 * * * *', endAt: '2026-03-02T15:00:00Z' },
  { type: 'date', at: '2026-03-02T12:30:00Z' },
  {
    type: 'or',
    triggers: [
      { type: 'date', at: '2026-03-02T12:10:00Z' },
      { type: 'cron', expression: '0,30 * * * *' },
    ],
  },
];

type Step = (world: World) => void;

/** A skipped row, and the trigger whose fire times it covers. */
interface Row {
  readonly range: SkippedRange;
  readonly trigger: TriggerSpec;
}

/** A trigger, and the times between which it was in force: after the one, up to the other. */
interface Force {
  readonly trigger: TriggerSpec;
  readonly after: Date;
  readonly upTo: Date;
}

class World {
  now = NOON;
  wasSetBack = false;
  readonly singles: Date[] = [];
  readonly rows: Row[] = [];
  readonly forces: Force[] = [];
  job: StoredJob;
  private inForceAfter = NOON;

  constructor() {
    const made = firstDeclared(aDeclaration(ID), NOON, null);
    this.job = stored(null, { ...made, skipped: null, pending: 'keep' });
  }

  change(decide: (job: StoredJob, now: Date) => JobChange | null): void {
    const change = attempt(() => decide(this.job, this.now));
    if (change === null) return;
    const before = this.job;
    this.skip(change.skipped);
    this.job = stored(before, change);
    if (this.job.trigger !== before.trigger) this.endForce(before);
  }

  fire(): void {
    const { job, now } = this;
    if (job.nextFireAt === null || job.nextFireAt > now) return;
    const trigger = triggerOf(job.trigger, { seed: ID });
    const plannedAt = job.nextFireAt;
    const { fired } = job;
    const plan = planFires({
      jobId: ID,
      trigger,
      policy: job,
      fired,
      plannedAt,
      now,
      pauses: [],
    });
    this.singles.push(...plan.candidates.map(({ fireAt }) => fireAt));
    plan.ranges.forEach((range) => this.skip(range));
    const { nextFireAt, lastFireAt } = plan;
    this.job = { ...job, nextFireAt, lastFireAt };
  }

  remove(): void {
    this.skip(undealt(this.job, this.now, 'replaced'));
    this.endForce(this.job);
  }

  private skip(range: SkippedRange | null): void {
    if (range) this.rows.push({ range, trigger: this.job.trigger });
  }

  private endForce({ trigger, lastFireAt }: StoredJob): void {
    this.forces.push({ trigger, after: this.inForceAfter, upTo: this.now });
    this.inForceAfter = lastFireAt !== null && lastFireAt > this.now ? lastFireAt : this.now;
  }
}

/** Null: nothing is changed, or what was asked is refused. */
function attempt(decide: () => JobChange | null): JobChange | null {
  try {
    return decide();
  } catch (error) {
    if (error instanceof InvalidInputError) return null;
    throw error;
  }
}

const aTrigger = fc.constantFrom(...TRIGGERS);
const minutesUpTo = (most: number) => fc.integer({ min: 1, max: most * 4 }).map((n) => n / 4);

const steps: Record<string, fc.Arbitrary<Step>> = {
  advance: minutesUpTo(90).map((n) => (world) => {
    world.now = later(world.now, minutes(n));
  }),
  setBack: minutesUpTo(60).map((n) => (world) => {
    world.now = later(world.now, -minutes(n));
    world.wasSetBack = true;
  }),
  fire: fc.constant((world) => world.fire()),
  pause: fc.constant((world) => world.change((job, now) => paused(job, {}, now))),
  resume: fc
    .constantFrom('skip' as const, 'once' as const)
    .map(
      (misses) => (world) =>
        world.change((job, now) => (job.paused ? resumed(job, misses, now) : null)),
    ),
  reschedule: aTrigger.map(
    (trigger) => (world) => world.change((job, now) => modified(job, { trigger }, now)),
  ),
  modify: fc
    .nat(3)
    .map((priority) => (world) => world.change((job, now) => modified(job, { priority }, now))),
  reset: fc.constant((world) => world.change(reset)),
  orphan: fc.constant((world) =>
    world.change((job, now) => (job.orphanedAt === null ? orphaned(job, now) : null)),
  ),
  revive: fc.constant((world) =>
    world.change((job, now) => (job.orphanedAt === null ? null : revived(job, now))),
  ),
  redeclare: fc
    .record({ trigger: aTrigger, paused: fc.boolean(), others: fc.boolean() })
    .map(({ trigger, paused: isPaused, others }) => (world) => {
      const declared = aDeclaration(ID, { trigger, paused: isPaused });
      world.change(
        (job, now) =>
          redeclared(job, declared, now, null, { declare: others, enable: others }).change,
      );
    }),
};

const named = (weights: Record<string, number>) =>
  fc.array(
    fc.oneof(
      ...Object.entries(weights).map(([name, weight]) => ({
        weight,
        arbitrary: (steps[name] ?? fc.constant<Step>(() => undefined)).map((step) => ({
          name,
          step,
        })),
      })),
    ),
    { maxLength: 30, size: 'max' },
  );

const USUAL = {
  advance: 6,
  fire: 4,
  pause: 2,
  resume: 3,
  reschedule: 2,
  modify: 1,
  reset: 1,
  orphan: 1,
  revive: 2,
  redeclare: 2,
};

/** What is wrong with the ledger, found by walking over every fire time. */
function wrongs({ singles, rows, forces, wasSetBack }: World): string[] {
  const wrong: string[] = [];
  const covered = new Map<string, number>();
  const cover = (at: Date) => covered.set(say(at), (covered.get(say(at)) ?? 0) + 1);
  singles.forEach(cover);
  for (const { range, trigger } of rows) {
    const times = fireTimes(trigger, later(range.from, -1), range.to);
    const isBounded = say(times[0]) === say(range.from) && say(times.at(-1)) === say(range.to);
    if (!isBounded) wrong.push(`the bounds of ${JSON.stringify(range)} are no fire times`);
    if (times.length !== range.count) wrong.push(`${JSON.stringify(range)} has ${times.length}`);
    times.forEach(cover);
  }
  const keys = [...singles, ...rows.map(({ range }) => range.to)].map(say);
  if (new Set(keys).size < keys.length) wrong.push('two rows have one fire time');
  const expected = new Set(
    forces.flatMap(({ trigger, after, upTo }) => fireTimes(trigger, after, upTo).map(say)),
  );
  for (const at of expected) if (!covered.has(at)) wrong.push(`${at} is in no row`);
  for (const [at, times] of covered) {
    if (times > 1) wrong.push(`${at} is in ${times} rows`);
    // A clock that was set back comes by instants again at which the trigger was not in force.
    if (!expected.has(at) && !wasSetBack) wrong.push(`${at} is no fire time`);
  }
  return wrong;
}

const say = (at: Date | undefined) => at?.toISOString() ?? 'no instant';

function fireTimes(spec: TriggerSpec, after: Date, upTo: Date): Date[] {
  const trigger = triggerOf(spec, { seed: ID });
  const times: Date[] = [];
  for (let at = trigger.next(after); at !== null && at <= upTo; at = trigger.next(at)) {
    times.push(at);
  }
  return times;
}

function live(life: readonly { readonly step: Step }[]): string[] {
  const world = new World();
  for (const { step } of life) step(world);
  world.remove();
  return wrongs(world);
}

const accountsForAll = (life: fc.Arbitrary<readonly { name: string; step: Step }[]>) =>
  fc.assert(
    fc.property(life, (lived) => {
      expect(live(lived), lived.map(({ name }) => name).join(' ')).toEqual([]);
    }),
    { numRuns: 120 },
  );

describe('whatever is done to a job', () => {
  it('each fire time of the triggers in force is in one row, between bounds that are fire times', () => {
    accountsForAll(named(USUAL));
  });

  it('none is in two rows, or in none, when the clock is set back', () => {
    accountsForAll(named({ ...USUAL, setBack: 2 }));
  });
});
