import { Mailer, Reports } from './host.js';
// recipe
import { Injectable } from '@nestjs/common';
import { Schedule, TasksService, type TaskContext } from 'carillon';

@Injectable()
export class NightlyChain {
  constructor(
    private readonly tasks: TasksService,
    private readonly reports: Reports,
    private readonly mailer: Mailer,
  ) {}

  @Schedule('0 3 * * *', { name: 'close-day', onCrash: 'rerun' })
  async closeDay(_payload: unknown, { fireAt, runId }: TaskContext): Promise<void> {
    await this.reports.write('all', fireAt.toISOString().slice(0, 10));
    // The last thing that it does: whatever throws before it starts nothing. The key makes it one run, also
    // where this one is tried again; should the other job be at work just now, the run waits its turn.
    await this.tasks.runJob('mail-figures', {
      overlap: 'buffer-one',
      idempotencyKey: `close-day-${runId}`,
    });
  }

  /** Has a trigger of its own too. */
  @Schedule('30 12 * * *', { name: 'mail-figures' })
  async mailFigures(): Promise<void> {
    await this.mailer.send('team@example.com', 'The figures');
  }
}
// end
