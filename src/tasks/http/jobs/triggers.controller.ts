import { Body, Get, HttpCode, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { ApiController } from '../access/api-controller.decorator.js';
import {
  outlookQuerySchema,
  outlookSchema,
  previewedSchema,
  previewSchema,
  type PreviewDto,
} from './fire-times.dto.js';
import { EXAMPLE_JOB } from '../protocol/example-job.js';
import { Operation } from '../protocol/operation.decorator.js';
import { Outlook } from './outlook.js';
import { Requires } from '../access/requires.decorator.js';
import { checkedBy } from '../protocol/input.pipe.js';

/** What triggers mean, and what is to come. */
@ApiController()
export class TriggersController {
  constructor(private readonly outlook: Outlook) {}

  @Post('triggers/preview')
  @Requires('viewer')
  @HttpCode(200)
  @Operation({
    summary: 'What a trigger means: in words, and its fire times',
    answers: { 200: previewedSchema },
    problems: [422],
    examples: [
      {
        title: 'Over the change to summer time',
        body: {
          trigger: { type: 'cron', expression: '30 2 * * *', timeZone: 'Europe/Berlin' },
          from: '2027-03-27T12:00:00Z',
          limit: 2,
        },
        status: 200,
      },
      {
        title: 'One that never fires',
        body: { trigger: { type: 'cron', expression: '0 0 30 2 *' } },
        status: 422,
      },
    ],
  })
  preview(@Body(checkedBy(previewSchema)) body: PreviewDto) {
    return this.outlook.preview(body);
  }

  @Get('fire-times')
  @Requires('viewer')
  @Operation({
    summary: 'The next fire times of all jobs, the earliest first',
    description: `Each fire time is an item, so a job such as "${EXAMPLE_JOB.id}" may have several.`,
    answers: { 200: outlookSchema },
    examples: [{ title: 'The next five', query: { limit: '5' }, status: 200 }],
  })
  async upcoming(@Query(checkedBy(outlookQuerySchema)) query: z.infer<typeof outlookQuerySchema>) {
    return this.outlook.ofAll(query.limit, query.to);
  }
}
