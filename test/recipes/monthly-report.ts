import { Reports } from './host.js';
// recipe
import { Injectable } from '@nestjs/common';
import { Task, TasksService, type TaskContext } from 'carillon';

interface Tenant {
  readonly id: string;
  readonly timeZone: string;
}

@Injectable()
export class MonthlyReports {
  constructor(
    private readonly tasks: TasksService,
    private readonly reports: Reports,
  ) {}

  /** To be called when a tenant signs up, and whenever its zone changes. */
  async plan(tenant: Tenant): Promise<void> {
    const job = {
      id: `monthly-report-${tenant.id}`,
      task: 'monthly-report',
      payload: tenant,
      trigger: { type: 'cron', expression: '0 6 1 * *', timeZone: tenant.timeZone },
    } as const;
    await this.tasks.addJob(job, { conflict: 'replace' });
  }

  @Task('monthly-report')
  async write({ id, timeZone }: Tenant, { fireAt }: TaskContext): Promise<void> {
    // By the fire time and not by the clock: a run that is late or repeated reports the same month.
    const yesterday = new Date(fireAt.getTime() - 24 * 3_600_000);
    const month = new Intl.DateTimeFormat('sv', { timeZone, year: 'numeric', month: '2-digit' });
    await this.reports.write(id, month.format(yesterday));
  }
}
// end
