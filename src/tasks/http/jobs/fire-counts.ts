import { countFires, limited, type FireCounts } from '../../domain/forecast.js';
import { triggerOf } from '../../triggers/parse-trigger.js';
import type { TriggerSpec } from '../../triggers/trigger-spec.js';
import type { JobStore, PlannedJob } from '../../store/job-store.js';
import { Slices } from '../../store/slices.js';

/** So many fire times are computed in one go. */
const SLICE = 200;

/** So many jobs are looked up in one go. */
const MANY = 2_000;

/** To read a trigger costs as much as some fire times. */
const READING = 5;

/** A bucket of a job with so many fire times is estimated: some triggers must walk through them. */
const MOST = 3_000;

/** So many triggers are read at once. */
const BATCH = 1_000;

const NONE: FireCounts = { counts: [], fires: 0, approximate: false, steps: 0 };

/**
 * How often jobs fire in the buckets of one range. What was computed stays: only jobs that were changed
 * are computed again, so a forecast that is looked at again and again costs little.
 */
export class CountedRange {
  private readonly known = new Map<string, FireCounts>();
  private computing: Promise<void> = Promise.resolve();

  constructor(
    readonly edges: readonly Date[],
    private readonly jobs: JobStore,
  ) {}

  /** In the order of the jobs. */
  async of(jobs: readonly PlannedJob[]): Promise<readonly FireCounts[]> {
    // One after the other: the next finds what this one has computed.
    const done = this.computing.then(() => this.compute(jobs));
    this.computing = done.catch(() => undefined);
    await done;
    const slices = new Slices(MANY);
    const counts: FireCounts[] = [];
    for (const job of jobs) {
      counts.push(limited(this.known.get(keyOf(job)) ?? NONE, job.left));
      await slices.did(1);
    }
    return counts;
  }

  private async compute(jobs: readonly PlannedJob[]): Promise<void> {
    const missing = await this.missing(jobs);
    const slices = new Slices(SLICE);
    for (let start = 0; start < missing.length; start += BATCH) {
      const some = missing.slice(start, start + BATCH);
      const triggers = await this.jobs.triggersOf(some.map(({ id }) => id));
      for (const job of some) {
        const counts = countsOf(triggers.get(job.id), job.id, this.edges, MOST);
        this.known.set(keyOf(job), counts);
        await slices.did(READING + counts.steps);
      }
    }
  }

  private async missing(jobs: readonly PlannedJob[]): Promise<readonly PlannedJob[]> {
    const slices = new Slices(MANY);
    const missing: PlannedJob[] = [];
    for (const job of jobs) {
      if (!this.known.has(keyOf(job))) missing.push(job);
      await slices.did(1);
    }
    return missing;
  }
}

function countsOf(
  spec: TriggerSpec | undefined,
  seed: string,
  edges: readonly Date[],
  most: number,
): FireCounts {
  if (spec === undefined) return NONE;
  try {
    return countFires(triggerOf(spec, { seed }), edges, most);
  } catch {
    // A row that this version cannot read: nothing fires it either.
    return NONE;
  }
}

const keyOf = ({ id, revision, createdAt }: PlannedJob) =>
  `${revision} ${createdAt.getTime()} ${id}`;
