import { Get, Param, Query } from '@nestjs/common';
import { RunNotFoundError } from '../domain/errors.js';
import { TasksService } from '../tasks.service.js';
import { ApiController } from './api-controller.decorator.js';
import { pageDto } from './page.dto.js';
import { Requires } from './requires.decorator.js';
import { runDto, runQuerySchema, type RunQueryDto } from './run.dto.js';

/** Decimal, and small enough for PostgreSQL's bigint. */
const RUN_ID = /^\d{1,18}$/;

/** The ledger, newest first. */
@ApiController('runs')
export class RunsController {
  constructor(private readonly tasks: TasksService) {}

  @Get()
  @Requires('viewer')
  async list(@Query({ schema: runQuerySchema }) query: RunQueryDto) {
    return pageDto(await this.tasks.getRuns(query), runDto);
  }

  @Get(':id')
  @Requires('viewer')
  async get(@Param('id') id: string) {
    if (!RUN_ID.test(id)) throw new RunNotFoundError(id);
    return runDto(await this.tasks.getRun(id));
  }
}
