import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskOptions, type TaskContext } from '../tasks/index.js';
import { dayBefore, REPORT_TIME_ZONE } from './report-day.js';
import { ReportWriter } from './report-writer.js';

/**
 * Cron in a time zone, with policies: it reports each morning on the day before.
 *
 * The day is reckoned from the fire time, never from the clock. So a run that is late, because every
 * node was down at six, still reports on the day that was meant.
 */
@Injectable()
export class DailyReportTask {
  constructor(private readonly writer: ReportWriter) {}

  @Cron('0 6 * * *', { name: 'daily-report', timeZone: REPORT_TIME_ZONE })
  // Of several missed mornings each is made up for: every day is to have its report.
  @TaskOptions({ coalesce: 'all', misfireGraceMs: 7 * 86_400_000, tags: ['reports'] })
  async write(_payload: unknown, { fireAt }: TaskContext) {
    const { day, orders, amountCents } = await this.writer.write(dayBefore(fireAt));
    return { day, orders, amountCents };
  }
}
