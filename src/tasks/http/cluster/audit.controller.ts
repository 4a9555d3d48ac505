import { Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { TasksService } from '../../service/tasks.service.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { auditDto, auditQuerySchema, auditSchema } from './cluster.dto.js';
import { EXAMPLE_JOB } from '../protocol/example-job.js';
import { Operation } from '../protocol/operation.decorator.js';
import { boundPage, pageDto, pageSchema } from '../protocol/page.dto.js';
import { Requires } from '../access/requires.decorator.js';
import { checkedBy } from '../protocol/input.pipe.js';

/** What people and programs have changed. */
@ApiController('audit')
export class AuditController {
  constructor(private readonly tasks: TasksService) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'Who changed what and why, newest first',
    answers: { 200: pageSchema(auditSchema) },
    examples: [{ title: 'Of one job', query: { job: EXAMPLE_JOB.id }, status: 200 }],
  })
  async list(@Query(checkedBy(auditQuerySchema)) query: z.infer<typeof auditQuerySchema>) {
    return pageDto(await boundPage(query, (bound) => this.tasks.getAudit(bound)), auditDto);
  }
}
