import { Body, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { z } from 'zod';
import { RunNotFoundError } from '../../domain/errors.js';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { AnswerHeaders } from '../protocol/answer-headers.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { By } from '../access/by.decorator.js';
import { emptySchema } from '../protocol/change.dto.js';
import { EXAMPLE_JOB, EXAMPLE_PENDING_RUN, EXAMPLE_RUN } from '../protocol/example-job.js';
import { Operation } from '../protocol/operation.decorator.js';
import { countedPageSchema, pageSchema } from '../protocol/page.dto.js';
import { Requires } from '../access/requires.decorator.js';
import { RunLists } from './run-lists.js';
import {
  attemptDto,
  ID,
  lineDto,
  lineSchema,
  linesQuerySchema,
  oneRunQuerySchema,
  runDto,
  runQuerySchema,
  runSchema,
  type RunQueryDto,
} from './run.dto.js';
import { checkedBy } from '../protocol/input.pipe.js';

/** A page of lines has no more characters than this, and one line: it is read, hidden and sent in one go. */
const MAX_CHARS = 200_000;

/** The ledger, newest first. */
@ApiController('runs')
export class RunsController {
  constructor(
    private readonly tasks: TasksService,
    private readonly lists: RunLists,
    private readonly headers: AnswerHeaders,
  ) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'Runs, newest first',
    description:
      'By fire time where only `from` and `to` narrow it. No page looks through more than a part of the ' +
      'ledger: where little of it fits, a page holds fewer items than its limit, even none, and still ' +
      'has a nextCursor.',
    answers: { 200: countedPageSchema(runSchema) },
    examples: [
      {
        title: 'What became of a job this year',
        query: { job: EXAMPLE_JOB.id, from: '2026-01-01T00:00:00Z' },
        status: 200,
      },
      {
        title: 'What went wrong with a word in its error, and who asked for it',
        query: { text: 'timeout', state: 'failed', total: 'true', include: 'asked' },
        status: 200,
      },
      { title: 'A state that there is not', query: { state: 'done' }, status: 400 },
    ],
  })
  async list(@Query(checkedBy(runQuerySchema)) query: RunQueryDto) {
    return this.lists.page(query);
  }

  @Get(':id')
  @Requires('viewer')
  @Operation({
    summary: 'A run',
    answers: { 200: runSchema },
    problems: [404],
    examples: [
      { title: 'One that there is', params: { id: EXAMPLE_RUN }, status: 200 },
      { title: 'One that there is not', params: { id: '999999999999' }, status: 404 },
    ],
  })
  async get(
    @Param('id') id: string,
    @Query(checkedBy(oneRunQuerySchema)) { include }: z.infer<typeof oneRunQuerySchema>,
  ) {
    const [run] = await this.lists.asked([await this.tasks.getRun(runId(id))]);
    if (include === undefined) return run;
    return { ...run, attempts: (await this.tasks.getAttempts(id)).map(attemptDto) };
  }

  @Get(':id/logs')
  @Requires('viewer')
  @Operation({
    summary: 'The log of a run',
    description:
      'To follow it, ask again for what came after the last line that you have. A page of long lines has fewer of them ' +
      'than its limit: go on while there is a nextCursor.',
    answers: { 200: pageSchema(lineSchema) },
    problems: [404],
    examples: [{ title: 'From the first line on', params: { id: EXAMPLE_RUN }, status: 200 }],
  })
  async lines(
    @Param('id') id: string,
    @Query(checkedBy(linesQuerySchema)) query: z.infer<typeof linesQuerySchema>,
  ) {
    await this.tasks.getRun(runId(id));
    const lines = await this.tasks.getLines(id, { ...query, maxChars: MAX_CHARS });
    const chars = lines.reduce((sum, { message }) => sum + message.length, 0);
    const isCut = lines.length === query.limit || chars >= MAX_CHARS;
    const last = isCut ? lines.at(-1) : undefined;
    return { items: lines.map(lineDto), nextCursor: last?.id ?? null };
  }

  @Post(':id/cancel')
  @Requires('operator')
  @HttpCode(202)
  @Operation({
    summary: 'Cancel a run: at once if it has not started, else by its signal',
    answers: { 202: runSchema },
    problems: [404, 409],
    headers: ['X-Reason'],
    examples: [
      { title: 'One that waits', params: { id: EXAMPLE_PENDING_RUN }, status: 202 },
      { title: 'One that has ended', params: { id: EXAMPLE_RUN }, status: 409 },
    ],
  })
  async cancel(
    @Param('id') id: string,
    @Body(checkedBy(emptySchema)) _body: object,
    @By() by: ChangeOptions,
  ) {
    return runDto(await this.tasks.cancelRun(runId(id), by));
  }

  @Post(':id/retry')
  @Requires('operator')
  @HttpCode(202)
  @Operation({
    summary: 'Retry a run that has ended, as a new run',
    answers: { 202: runSchema },
    problems: [404, 409],
    headers: ['X-Reason'],
    gives: ['Location'],
    examples: [
      { title: 'One that has ended', params: { id: EXAMPLE_RUN }, status: 202 },
      { title: 'One that waits', params: { id: EXAMPLE_PENDING_RUN }, status: 409 },
    ],
  })
  async retry(
    @Param('id') id: string,
    @Body(checkedBy(emptySchema)) _body: object,
    @By() by: ChangeOptions,
    @Req() request: unknown,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const run = await this.tasks.retryRun(runId(id), by);
    this.headers.location(request, response, `../${run.id}`);
    return runDto(run);
  }
}

function runId(id: string): string {
  if (!ID.test(id)) throw new RunNotFoundError(id);
  return id;
}
