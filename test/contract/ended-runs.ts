import type { Job } from '../../src/tasks/domain/job.js';
import type { JobQuery } from '../../src/tasks/store/job-store.js';
import type { Page } from '../../src/tasks/store/page.js';
import { aJob, later } from '../support/builders.js';
import { aNodeAtWork, clockOf, lead } from './scenes.js';
import type { TestNode, TestStore } from './test-store.js';

export type Ended = 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'skipped';

/** Two jobs, `a` and `b`, of which runs end, and a leader that counts them when it is told. */
export class EndedRuns {
  private constructor(
    readonly store: TestStore,
    readonly node: TestNode,
    readonly token: number,
  ) {}

  static async in(store: TestStore): Promise<EndedRuns> {
    const node = await aNodeAtWork(store);
    const token = await lead(node);
    for (const id of ['a', 'b']) await store.jobs.add(aJob(id, { overlap: 'allow' }), 'api');
    return new EndedRuns(store, node, token);
  }

  /** A run that started `lagMs` late and took `tookMs`, and has just ended. */
  async ended(job: string, state: Ended, tookMs = 40, lagMs = 3): Promise<string> {
    const { id } = await this.store.jobs.runNow(job, {});
    const finishedAt = await clockOf(this.store);
    const startedAt = later(finishedAt, -tookMs);
    await this.store.amend(id, {
      state,
      attempt: 1,
      runAt: later(startedAt, -lagMs),
      startedAt,
      finishedAt,
    });
    return id;
  }

  /** Whatever can be counted, hour by hour, as the leader does. */
  async countAll(): Promise<void> {
    let { hour, more, before } = (await this.node.sums.count(this.token))!;
    while (more || before !== null) {
      if (!more) hour = before!;
      ({ more, before } = (await this.node.sums.count(this.token, hour))!);
    }
  }

  /** Says the same before it is counted, in the midst of it, and afterwards. */
  async holds(expectation: () => Promise<void>): Promise<void> {
    await expectation();
    this.store.advance(3_000);
    await expectation();
    await this.countAll();
    await expectation();
    await this.countAll();
    await expectation();
  }

  /** The ids of all jobs, one by one, so that each cursor counts. */
  async inOrder(
    order: NonNullable<JobQuery['order']>,
    direction: 'asc' | 'desc' = 'asc',
  ): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const asked = { limit: 1, order, direction, ...(cursor && { cursor }) };
      const page: Page<Job> = await this.store.jobs.list(asked);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    return ids;
  }
}
