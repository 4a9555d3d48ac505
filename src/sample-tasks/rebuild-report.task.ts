import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Task, type TaskContext } from '../tasks/index.js';
import { dayBefore } from './report-day.js';
import { ReportWriter } from './report-writer.js';

const payloadSchema = z
  .strictObject({
    /** The day to report on, as `2026-11-22`. Default: the day before the fire time. */
    day: z.iso.date().optional(),
  })
  .nullable();

/**
 * A task without a trigger, for jobs that are made at run time:
 *
 * `POST /scheduler/jobs` with `{"id": "rebuild-monday", "task": "rebuild-report",
 * "payload": {"day": "2026-11-23"}, "trigger": {"type": "date", "at": "2026-11-24T12:00:00Z"}}`
 *
 * The schema checks the payload of every run, so the method can rely on its type.
 */
@Injectable()
export class RebuildReportTask {
  constructor(private readonly writer: ReportWriter) {}

  @Task('rebuild-report', { payload: payloadSchema })
  rebuild(payload: z.output<typeof payloadSchema>, { fireAt }: TaskContext) {
    return this.writer.write(payload?.day ?? dayBefore(fireAt));
  }
}
