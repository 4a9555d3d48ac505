import {
  Body,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { AnswerHeaders } from '../protocol/answer-headers.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { By } from '../access/by.decorator.js';
import { conditional, type Seen } from './conditional.js';
import { IdempotencyKey } from '../protocol/idempotency-key.decorator.js';
import { IfMatch } from '../protocol/if-match.decorator.js';
import { JobEditor } from './job-editor.js';
import {
  newJobBodySchema,
  patchJobBodySchema,
  putJobBodySchema,
  type JobBody,
  type PatchBody,
} from './job-body.dto.js';
import { isAmong } from '../protocol/job-tag.js';
import { JobDetail } from './job-detail.js';
import { jobQuerySchema, type JobQueryDto } from './job-query.dto.js';
import { jobDto, jobSchema } from './job.dto.js';
import { EXAMPLE_JOB } from '../protocol/example-job.js';
import { Operation } from '../protocol/operation.decorator.js';
import { boundPage, countedPageSchema } from '../protocol/page.dto.js';
import { Requires } from '../access/requires.decorator.js';
import { checkedBy } from '../protocol/input.pipe.js';

/** Jobs: what there is, and its changes. */
@ApiController('jobs')
export class TasksController {
  constructor(
    private readonly tasks: TasksService,
    private readonly editor: JobEditor,
    private readonly detail: JobDetail,
    private readonly headers: AnswerHeaders,
  ) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'Jobs, by id or in another order',
    answers: { 200: countedPageSchema(jobSchema) },
    examples: [
      { title: 'The first two', query: { limit: '2' }, status: 200 },
      {
        title: 'Those that wait, and why',
        query: { state: 'active', include: 'why' },
        status: 200,
      },
      {
        title: 'As a page shows them',
        query: { order: 'name', total: 'true', include: 'lastRun,lastRuns', limit: '50' },
        status: 200,
      },
      { title: 'A filter that is misspelt', query: { status: 'active' }, status: 400 },
    ],
  })
  async list(@Query(checkedBy(jobQuerySchema)) { include = [], total, ...query }: JobQueryDto) {
    const [page, counted] = await Promise.all([
      boundPage(query, (bound) => this.tasks.getJobs(bound)),
      total && this.tasks.countJobs(query),
    ]);
    const items = await this.detail.all(page.items, include);
    return { items, nextCursor: page.nextCursor, ...(counted && { total: counted }) };
  }

  @Post()
  @Requires('admin')
  @Operation({
    summary: 'Create a job',
    description:
      "Also takes APScheduler's flat form; with replace_existing a job of that id is replaced (200).",
    answers: { 201: jobSchema, 200: jobSchema },
    problems: [409, 422],
    headers: ['Idempotency-Key', 'X-Reason'],
    gives: ['Location', 'ETag'],
    examples: [
      { title: 'On weekdays at nine', body: { ...EXAMPLE_JOB, id: 'another' }, status: 201 },
      {
        title: 'As Flask-APScheduler has it',
        body: { id: 'flat', func: EXAMPLE_JOB.task, trigger: 'interval', seconds: 5 },
        status: 201,
      },
      { title: 'An id that is taken', body: EXAMPLE_JOB, status: 409 },
      {
        title: 'A task that nobody knows',
        body: { ...EXAMPLE_JOB, id: 'another', task: 'os:system' },
        status: 422,
      },
    ],
  })
  async add(
    @Body(checkedBy(newJobBodySchema)) body: JobBody,
    @By() by: ChangeOptions,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Req() request: unknown,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const options = { ...by, ...(idempotencyKey !== undefined && { idempotencyKey }) };
    const job = await this.editor.add(body, options);
    this.headers.location(request, response, `jobs/${encodeURIComponent(job.id)}`);
    this.headers.etag(response, job);
    if (body.conflict === 'replace' && job.revision > 1) this.headers.status(response, 200);
    return jobDto(job);
  }

  @Get(':id')
  @Requires('viewer')
  @Operation({
    summary: 'A job, and why it has not run or when it will',
    answers: { 200: jobSchema, 304: null },
    problems: [404],
    headers: ['If-None-Match'],
    gives: ['ETag'],
    examples: [
      { title: 'One that there is', params: { id: EXAMPLE_JOB.id }, status: 200 },
      { title: 'One that there is not', params: { id: 'none' }, status: 404 },
    ],
  })
  async get(
    @Param('id') id: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const job = await this.tasks.getJob(id);
    const shown = await this.detail.one(job, ['why', 'description']);
    const tag = this.headers.etag(response, job, shown);
    if (known === undefined || !isAmong(tag, known)) return shown;
    this.headers.status(response, 304);
    return undefined;
  }

  @Put(':id')
  @Requires('admin')
  @HttpCode(200)
  @Operation({
    summary: 'Create or replace a job',
    answers: { 200: jobSchema, 201: jobSchema },
    problems: [404, 409, 412, 422],
    headers: ['If-Match', 'X-Reason'],
    gives: ['ETag'],
    examples: [
      {
        title: 'Another trigger, everything else by default',
        params: { id: EXAMPLE_JOB.id },
        body: { task: EXAMPLE_JOB.task, trigger: { type: 'interval', minutes: 10 } },
        status: 200,
      },
      {
        title: 'On an outdated view',
        params: { id: EXAMPLE_JOB.id },
        headers: { 'If-Match': '"99"' },
        body: { task: EXAMPLE_JOB.task, trigger: EXAMPLE_JOB.trigger },
        status: 412,
      },
    ],
  })
  async put(
    @Param('id') id: string,
    @Body(checkedBy(putJobBodySchema)) body: JobBody,
    @By() by: ChangeOptions,
    @IfMatch() seen: Seen | undefined,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const job = await conditional(this.tasks, seen, (condition) =>
      this.editor.put(id, body, { ...by, ...condition }),
    );
    this.headers.etag(response, job);
    if (job.revision === 1) this.headers.status(response, 201);
    return jobDto(job);
  }

  @Patch(':id')
  @Requires('admin')
  @Operation({
    summary: 'Change fields of a job, all or none',
    answers: { 200: jobSchema },
    problems: [404, 409, 412, 422],
    headers: ['If-Match', 'X-Reason'],
    gives: ['ETag'],
    examples: [
      {
        title: 'Another time limit',
        params: { id: EXAMPLE_JOB.id },
        body: { timeoutMs: 60_000 },
        status: 200,
      },
      {
        title: 'As Flask-APScheduler has it',
        params: { id: EXAMPLE_JOB.id },
        body: { trigger: 'cron', minute: '*/5', jitter: 3 },
        status: 200,
      },
      { title: 'Nothing at all', params: { id: EXAMPLE_JOB.id }, body: {}, status: 422 },
    ],
  })
  async modify(
    @Param('id') id: string,
    @Body(checkedBy(patchJobBodySchema)) body: PatchBody,
    @By() by: ChangeOptions,
    @IfMatch() seen: Seen | undefined,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const job = await conditional(this.tasks, seen, (condition) =>
      this.editor.modify(id, body, { ...by, ...condition }),
    );
    this.headers.etag(response, job);
    return jobDto(job);
  }

  @Delete(':id')
  @Requires('admin')
  @HttpCode(204)
  @Operation({
    summary: 'Remove a job; its runs stay',
    answers: { 204: null },
    problems: [404, 412],
    headers: ['If-Match', 'X-Reason'],
    examples: [
      { title: 'One that there is', params: { id: EXAMPLE_JOB.id }, status: 204 },
      { title: 'One that there is not', params: { id: 'none' }, status: 404 },
    ],
  })
  async remove(
    @Param('id') id: string,
    @By() by: ChangeOptions,
    @IfMatch() seen: Seen | undefined,
  ): Promise<void> {
    await conditional(this.tasks, seen, (condition) =>
      this.tasks.removeJob(id, { ...by, ...condition }),
    );
  }
}
