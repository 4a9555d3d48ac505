import { Mailer } from './host.js';
// recipe
import { Injectable } from '@nestjs/common';
import { Task, TasksService } from 'carillon';

interface Reminder {
  readonly tenant: string;
  readonly subject: string;
}

@Injectable()
export class TenantJobs {
  constructor(
    private readonly tasks: TasksService,
    private readonly mailer: Mailer,
  ) {}

  /** May be called again with the same reminders: jobs that are there stay as they are, also those that are done. */
  async add(tenant: string, reminders: readonly { subject: string; at: Date }[]): Promise<void> {
    const jobs = reminders.map(({ subject, at }) => ({
      id: `reminder-${tenant}-${subject}`,
      task: 'remind',
      payload: { tenant, subject },
      trigger: { type: 'date' as const, at: at.toISOString() },
      tags: [`tenant:${tenant}`],
    }));
    const { refused } = await this.tasks.addJobs(jobs, { conflict: 'keep' });
    const [first] = refused;
    if (first) throw first.error;
  }

  /** Their runs stay in the ledger. */
  async removeAllOf(tenant: string): Promise<void> {
    for (;;) {
      const { items } = await this.tasks.getJobs({ tag: `tenant:${tenant}`, limit: 100 });
      if (items.length === 0) return;
      for (const job of items) await job.remove();
    }
  }

  @Task('remind')
  async remind({ tenant, subject }: Reminder): Promise<void> {
    await this.mailer.send(tenant, subject);
  }
}
// end
