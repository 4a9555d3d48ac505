import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { within } from '../domain/within.js';
import type { JobCare } from '../store/job-store.js';
import { LeaderDuty, type Lead } from './leader-duty.js';

/** How often jobs are looked after when nothing calls for it. */
const EVERY_MS = 10_000;

/** And how often at most: every change of a job is a wake-up, but for the making of one that is due much later. */
const MIN_MS = 1_000;

/** How long a stop waits for the change in hand: it is done whole or not at all. */
const STOP_MS = 2_000;

/**
 * Leader only: has the store end pauses that are over, make orphans, revive them, and remove what is
 * done with.
 *
 * What can go wrong, and why it does not matter:
 *
 * - This node does not lead any more and goes on caring. Unlike a fire, a change here is not made
 *   because this node once decided it: each looks again at the job, the nodes and the time when it
 *   holds the job's locks, and does nothing where another has done it. So it bears no token, and that
 *   one node does it is only for the sake of the database.
 * - After an outage of the database every node looks silent, and every job unknown. Until this node
 *   has led for as long as makes a node dead, nothing is held against anybody; only what is certain is
 *   done: pauses end, and code that is there has returned.
 * - The leader dies between two changes. The next leader finds what is left.
 */
export class Caretaker extends LeaderDuty {
  private since = 0;
  private notBefore = 0;
  private readonly stopping = new AbortController();

  constructor(
    private readonly jobs: JobCare,
    lead: Lead,
    private readonly deadAfterMs: number,
    clock: Clock,
    log: Log,
  ) {
    super('care for jobs', lead, clock, log);
  }

  override async stop(): Promise<void> {
    this.stopping.abort();
    await within(this.clock, STOP_MS, super.stop());
  }

  protected override begin(): void {
    this.since = this.clock.monotonic();
  }

  protected async work(): Promise<number> {
    const now = this.clock.monotonic();
    if (now < this.notBefore) return this.notBefore - now;
    const judgesInMs = this.since + this.deadAfterMs - now;
    const dueInMs = await this.jobs.care(judgesInMs <= 0, this.stopping.signal);
    this.notBefore = now + MIN_MS;
    const nextMs = Math.min(EVERY_MS, dueInMs ?? EVERY_MS, judgesInMs > 0 ? judgesInMs : EVERY_MS);
    const tookMs = this.clock.monotonic() - now;
    return Math.max(nextMs, MIN_MS - tookMs, 0);
  }
}
