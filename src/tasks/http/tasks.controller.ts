import { Body, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { newJobSchema, type NewJob } from '../domain/job.js';
import { TasksService } from '../tasks.service.js';
import { ApiController } from './api-controller.decorator.js';
import {
  emptySchema,
  jobDto,
  jobQuerySchema,
  pauseSchema,
  runNowSchema,
  type JobQueryDto,
  type PauseDto,
  type RunNowDto,
} from './job.dto.js';
import { locationFrom } from './location.js';
import { pageDto } from './page.dto.js';
import { Requires } from './requires.decorator.js';
import { runDto } from './run.dto.js';

/** Jobs, and what an operator does with them. */
@ApiController('jobs')
export class TasksController {
  constructor(
    private readonly tasks: TasksService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Get()
  @Requires('viewer')
  async list(@Query({ schema: jobQuerySchema }) query: JobQueryDto) {
    return pageDto(await this.tasks.getJobs(query), jobDto);
  }

  @Post()
  @Requires('admin')
  async add(
    @Body({ schema: newJobSchema }) body: NewJob,
    @Req() request: unknown,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const job = await this.tasks.addJob(body);
    const { httpAdapter } = this.adapterHost;
    const location = locationFrom(
      httpAdapter.getRequestUrl(request) ?? '',
      `jobs/${encodeURIComponent(job.id)}`,
    );
    httpAdapter.setHeader(response, 'Location', location);
    httpAdapter.setHeader(response, 'ETag', `"${job.revision}"`);
    return jobDto(job);
  }

  @Get(':id')
  @Requires('viewer')
  async get(@Param('id') id: string) {
    return jobDto(await this.tasks.getJob(id));
  }

  @Delete(':id')
  @Requires('admin')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    await this.tasks.removeJob(id);
  }

  @Post(':id/pause')
  @Requires('operator')
  @HttpCode(200)
  async pause(@Param('id') id: string, @Body({ schema: pauseSchema }) { reason }: PauseDto) {
    return jobDto(await this.tasks.pauseJob(id, reason));
  }

  @Post(':id/resume')
  @Requires('operator')
  @HttpCode(200)
  async resume(@Param('id') id: string, @Body({ schema: emptySchema }) _body: object) {
    return jobDto(await this.tasks.resumeJob(id));
  }

  /** Two paths: `run` is that of Flask-APScheduler, `runs` is where the run then stands. */
  @Post([':id/run', ':id/runs'])
  @Requires('operator')
  @HttpCode(202)
  async run(
    @Param('id') id: string,
    @Body({ schema: runNowSchema }) body: RunNowDto,
    @Req() request: unknown,
    @Res({ passthrough: true }) response: unknown,
  ) {
    const run = await this.tasks.runJob(id, body);
    const { httpAdapter } = this.adapterHost;
    const location = locationFrom(httpAdapter.getRequestUrl(request) ?? '', `../../runs/${run.id}`);
    httpAdapter.setHeader(response, 'Location', location);
    return runDto(run);
  }
}
