import { Get, Query } from '@nestjs/common';
import { bucketsOf, edgesOf, hourOf, type Bucket } from '../../domain/series.js';
import { TasksService } from '../../service/tasks.service.js';
import { listOf } from '../../store/page.js';
import { Slices } from '../../store/slices.js';
import { Statistics } from '../../store/statistics.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { Requires } from '../access/requires.decorator.js';
import { EXAMPLE_JOB } from '../protocol/example-job.js';
import { checkedBy } from '../protocol/input.pipe.js';
import { Operation } from '../protocol/operation.decorator.js';
import { statsSchema } from './cluster.dto.js';
import {
  jobHoursQuerySchema,
  jobHoursSchema,
  jobRangeOf,
  rangeOf,
  seriesQuerySchema,
  seriesSchema,
  type JobHoursQueryDto,
  type SeriesQueryDto,
} from './series.dto.js';

/** So many hours or days are summed up in one go. */
const SLICE = 50;

/** What has ended, in numbers. */
@ApiController('stats')
export class StatsController {
  constructor(
    private readonly tasks: TasksService,
    private readonly statistics: Statistics,
  ) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'Counts of jobs and runs, and the backlog',
    answers: { 200: statsSchema },
    examples: [{ title: 'Now', status: 200 }],
  })
  stats() {
    return this.tasks.getStats();
  }

  @Get('series')
  @Requires('viewer')
  @Operation({
    summary: 'Runs by state, lag and duration, hour by hour or day by day',
    answers: { 200: seriesSchema },
    problems: [422],
    examples: [
      { title: 'The last day', status: 200 },
      {
        title: 'A month of a job, by the days of a zone',
        query: { job: EXAMPLE_JOB.id, by: 'day', timeZone: 'Europe/Berlin' },
        status: 200,
      },
      { title: 'A zone that there is not', query: { timeZone: 'Mars/Olympus' }, status: 422 },
    ],
  })
  async series(@Query(checkedBy(seriesQuerySchema)) query: SeriesQueryDto) {
    const { by, job, timeZone } = query;
    const { from, to } = rangeOf(query, (await this.tasks.getState()).now);
    const edges = edgesOf(by, from, to, timeZone);
    const [first, last] = [edges[0]!, edges.at(-1)!];
    const { hours, countedFrom, countedTo } = await this.statistics.hours(hourOf(first), last, job);
    const slices = new Slices(SLICE);
    const items: Bucket[] = [];
    for (const bucket of bucketsOf(hours, edges)) {
      await slices.did(1);
      items.push(bucket);
    }
    return { by, from: first, to: last, countedFrom, countedTo, items };
  }

  @Get('jobs')
  @Requires('viewer')
  @Operation({
    summary: 'Runs of some jobs by state, hour by hour',
    answers: { 200: jobHoursSchema },
    problems: [422],
    examples: [
      {
        title: 'The last day of a job',
        query: { job: EXAMPLE_JOB.id },
        status: 200,
      },
      {
        title: 'A range that is too long',
        query: { job: EXAMPLE_JOB.id, from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' },
        status: 422,
      },
    ],
  })
  async jobs(@Query(checkedBy(jobHoursQuerySchema)) query: JobHoursQueryDto) {
    const range = jobRangeOf(query, (await this.tasks.getState()).now);
    const edges = edgesOf('hour', range.from, range.to, 'UTC');
    const [from, to] = [edges[0]!, edges.at(-1)!];
    const jobs = [...new Set(listOf(query.job))];
    const found = await this.statistics.hoursOfJobs(jobs, from, to);
    const slices = new Slices(SLICE);
    const items = [];
    for (const jobId of jobs) {
      const own = (found.jobs.get(jobId) ?? []).map(({ hour, runs }) => ({ from: hour, runs }));
      if (own.length > 0) items.push({ jobId, hours: own });
      await slices.did(own.length);
    }
    const { countedFrom, countedTo } = found;
    return { from, to, countedFrom, countedTo, items };
  }
}
