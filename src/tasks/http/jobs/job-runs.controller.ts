import { Get, Param, Query } from '@nestjs/common';
import { ApiController } from '../access/api-controller.decorator.js';
import { Requires } from '../access/requires.decorator.js';
import { EXAMPLE_JOB } from '../protocol/example-job.js';
import { checkedBy } from '../protocol/input.pipe.js';
import { Operation } from '../protocol/operation.decorator.js';
import { countedPageSchema } from '../protocol/page.dto.js';
import { RunLists } from '../runs/run-lists.js';
import { runSchema, runsOfJobQuerySchema, type RunsOfJobQueryDto } from '../runs/run.dto.js';

/** What became of a job. */
@ApiController('jobs')
export class JobRunsController {
  constructor(private readonly lists: RunLists) {}

  @Get(':id/runs')
  @Requires('viewer')
  @Operation({
    summary: 'The runs of a job, newest first',
    description: 'Of a job that was removed as well, for its runs stay.',
    answers: { 200: countedPageSchema(runSchema) },
    examples: [
      { title: 'The last two', params: { id: EXAMPLE_JOB.id }, query: { limit: '2' }, status: 200 },
    ],
  })
  async list(
    @Param('id') id: string,
    @Query(checkedBy(runsOfJobQuerySchema)) query: RunsOfJobQueryDto,
  ) {
    return this.lists.page({ ...query, job: id });
  }
}
