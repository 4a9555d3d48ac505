import { Body, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { z } from 'zod';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { AnswerHeaders } from '../protocol/answer-headers.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { By } from '../access/by.decorator.js';
import { conditional, type Seen } from './conditional.js';
import { fireTimesQuerySchema, fireTimesSchema, type FireTimesQueryDto } from './fire-times.dto.js';
import { IdempotencyKey } from '../protocol/idempotency-key.decorator.js';
import { IfMatch } from '../protocol/if-match.decorator.js';
import {
  backfilledSchema,
  backfillSchema,
  pauseSchema,
  resumeSchema,
  runNowSchema,
  type RunNowDto,
} from './job-action.dto.js';
import { emptySchema } from '../protocol/change.dto.js';
import { jobDto, jobSchema } from './job.dto.js';
import { EXAMPLE_JOB } from '../protocol/example-job.js';
import { Operation } from '../protocol/operation.decorator.js';
import { Outlook } from './outlook.js';
import { Requires } from '../access/requires.decorator.js';
import { runDto, runSchema } from '../runs/run.dto.js';
import { checkedBy } from '../protocol/input.pipe.js';

const params = { id: EXAMPLE_JOB.id };

/** What an operator does with a job. */
@ApiController('jobs/:id')
export class JobActionsController {
  constructor(
    private readonly tasks: TasksService,
    private readonly outlook: Outlook,
    private readonly headers: AnswerHeaders,
  ) {}

  @Post('pause')
  @Requires('operator')
  @HttpCode(200)
  @Operation({
    summary: 'Pause a job, until it is resumed or until an instant',
    answers: { 200: jobSchema },
    problems: [404, 412],
    headers: ['If-Match', 'X-Reason'],
    gives: ['ETag'],
    examples: [
      { title: 'Without a word', params, status: 200 },
      { title: 'With a reason', params, body: { reason: 'the API is down' }, status: 200 },
      {
        title: 'Until an instant',
        params,
        body: { reason: 'migration', until: '2099-01-01T00:00:00Z' },
        status: 200,
      },
    ],
  })
  async pause(
    @Param('id') id: string,
    @Body(checkedBy(pauseSchema)) pause: z.infer<typeof pauseSchema>,
    @By() by: ChangeOptions,
    @IfMatch() seen: Seen | undefined,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const job = await conditional(this.tasks, seen, (condition) =>
      this.tasks.pauseJob(id, pause, { ...by, ...condition }),
    );
    this.headers.etag(response, job);
    return jobDto(job);
  }

  @Post('resume')
  @Requires('operator')
  @HttpCode(200)
  @Operation({
    summary: 'Resume a job: it fires again from now on',
    answers: { 200: jobSchema },
    problems: [404, 412],
    headers: ['If-Match', 'X-Reason'],
    gives: ['ETag'],
    examples: [
      { title: 'Without a body', params, status: 200 },
      { title: 'And run the last miss', params, body: { misses: 'once' }, status: 200 },
    ],
  })
  async resume(
    @Param('id') id: string,
    @Body(checkedBy(resumeSchema)) { misses }: z.infer<typeof resumeSchema>,
    @By() by: ChangeOptions,
    @IfMatch() seen: Seen | undefined,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const job = await conditional(this.tasks, seen, (condition) =>
      this.tasks.resumeJob(id, misses, { ...by, ...condition }),
    );
    this.headers.etag(response, job);
    return jobDto(job);
  }

  @Post('reset')
  @Requires('admin')
  @HttpCode(200)
  @Operation({
    summary: 'Reset a declared job to what its declaration says',
    answers: { 200: jobSchema },
    problems: [404, 412],
    headers: ['If-Match', 'X-Reason'],
    gives: ['ETag'],
    examples: [{ title: 'A job that nobody declared stays as it is', params, status: 200 }],
  })
  async reset(
    @Param('id') id: string,
    @Body(checkedBy(emptySchema)) _body: object,
    @By() by: ChangeOptions,
    @IfMatch() seen: Seen | undefined,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const job = await conditional(this.tasks, seen, (condition) =>
      this.tasks.resetJob(id, { ...by, ...condition }),
    );
    this.headers.etag(response, job);
    return jobDto(job);
  }

  /** Two paths: `run` is that of Flask-APScheduler, `runs` is where the run then stands. */
  @Post(['run', 'runs'])
  @Requires('operator')
  @HttpCode(202)
  @Operation({
    summary: 'Run a job now, also a paused one',
    answers: { 202: runSchema },
    problems: [404, 409, 422],
    headers: ['Idempotency-Key', 'X-Reason'],
    gives: ['Location'],
    examples: [
      { title: 'As it is', params, status: 202 },
      { title: 'With another payload', params, body: { payload: { team: 8 } }, status: 202 },
      { title: 'Whatever runs already', params, body: { overlap: 'allow' }, status: 202 },
    ],
  })
  async run(
    @Param('id') id: string,
    @Body(checkedBy(runNowSchema)) body: RunNowDto,
    @IdempotencyKey() key: string | undefined,
    @By() by: ChangeOptions,
    @Req() request: unknown,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const ask = key === undefined ? body : { ...body, idempotencyKey: key };
    const run = await this.tasks.runJob(id, ask, by);
    this.headers.location(request, response, `../../runs/${run.id}`);
    return runDto(run);
  }

  @Post('backfill')
  @Requires('operator')
  @HttpCode(202)
  @Operation({
    summary: 'Backfill: run fire times of the past',
    answers: { 202: backfilledSchema },
    problems: [404, 422],
    headers: ['X-Reason'],
    examples: [
      {
        title: 'What would be run',
        params,
        body: { from: '2026-03-02T00:00:00Z', to: '2026-03-06T23:59:59Z', dryRun: true },
        status: 202,
      },
      {
        title: 'A range that ends before it begins',
        params,
        body: { from: '2026-03-06T00:00:00Z', to: '2026-03-02T00:00:00Z' },
        status: 422,
      },
    ],
  })
  async backfill(
    @Param('id') id: string,
    @Body(checkedBy(backfillSchema)) body: z.infer<typeof backfillSchema>,
    @By() by: ChangeOptions,
  ) {
    return this.tasks.backfill(id, body, by);
  }

  @Get('fire-times')
  @Requires('viewer')
  @Operation({
    summary: 'When a job fires',
    description: 'As its trigger says, whether or not it is paused.',
    answers: { 200: fireTimesSchema },
    problems: [404],
    examples: [{ title: 'The next three', params, query: { limit: '3' }, status: 200 }],
  })
  async fireTimes(
    @Param('id') id: string,
    @Query(checkedBy(fireTimesQuerySchema)) query: FireTimesQueryDto,
  ) {
    return this.outlook.ofJob(id, query);
  }
}
