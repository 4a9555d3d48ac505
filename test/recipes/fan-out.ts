import { Mailer } from './host.js';
// recipe
import { Injectable } from '@nestjs/common';
import { Clock, Schedule, Task, TasksService, type TaskContext } from 'carillon';

@Injectable()
export class Newsletter {
  /** Stands for a query. */
  readonly readers = ['ann@example.com', 'bo@example.com', 'cy@example.com'];

  constructor(
    private readonly tasks: TasksService,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  @Schedule('0 8 * * 1', { name: 'newsletter', onCrash: 'rerun' })
  async begin(_payload: unknown, { fireAt }: TaskContext): Promise<void> {
    const issue = fireAt.toISOString().slice(0, 10);
    const soon = new Date(this.clock.now().getTime() + 60_000).toISOString();
    const jobs = this.readers.map((to) => ({
      // The same ids whenever this run is tried again, so that nobody gets two.
      id: `newsletter-${issue}-${to}`,
      task: 'newsletter-to',
      payload: { to, issue },
      trigger: { type: 'date' as const, at: soon },
      retry: { maxAttempts: 3 },
    }));
    const { refused } = await this.tasks.addJobs(jobs, { conflict: 'keep' });
    const [first] = refused;
    if (first) throw first.error;
  }

  /** Each node works on up to ten at once. */
  @Task('newsletter-to', { concurrency: 10 })
  async send({ to, issue }: { to: string; issue: string }): Promise<void> {
    await this.mailer.send(to, `News of ${issue}`);
  }
}
// end
