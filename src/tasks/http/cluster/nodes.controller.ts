import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { By } from '../access/by.decorator.js';
import { leaderDto, leaderSchema, nodeDto, nodeSchema } from './cluster.dto.js';
import { emptySchema } from '../protocol/change.dto.js';
import { EXAMPLE_NODE } from '../protocol/example-job.js';
import { Operation } from '../protocol/operation.decorator.js';
import { listSchema } from '../protocol/page.dto.js';
import { Requires } from '../access/requires.decorator.js';
import { checkedBy } from '../protocol/input.pipe.js';

const drainSchema = z
  .strictObject({ drain: z.boolean().default(true) })
  .prefault({})
  .meta({ id: 'Drain' });

/** The nodes of the cluster, and the one that leads. */
@ApiController()
export class NodesController {
  constructor(private readonly tasks: TasksService) {}

  @Get('nodes')
  @Requires('viewer')
  @Operation({
    summary: 'The nodes of the cluster, those that live first',
    answers: { 200: listSchema(nodeSchema) },
    examples: [{ title: 'All of them', status: 200 }],
  })
  async list() {
    return { items: (await this.tasks.getNodes()).map(nodeDto) };
  }

  @Post('nodes/:id/drain')
  @Requires('admin')
  @HttpCode(204)
  @Operation({
    summary: 'Drain a node: it takes no more runs; or end that',
    answers: { 204: null },
    problems: [404],
    headers: ['X-Reason'],
    examples: [
      { title: 'No more runs', params: { id: EXAMPLE_NODE }, status: 204 },
      {
        title: 'Runs again',
        params: { id: EXAMPLE_NODE },
        body: { drain: false },
        status: 204,
      },
      { title: 'A node that there is not', params: { id: 'none' }, status: 404 },
    ],
  })
  async drain(
    @Param('id') id: string,
    @Body(checkedBy(drainSchema)) { drain }: z.infer<typeof drainSchema>,
    @By() by: ChangeOptions,
  ): Promise<void> {
    await this.tasks.drain(id, drain, by);
  }

  @Get('leader')
  @Requires('viewer')
  @Operation({
    summary: 'Who leads, and who led before',
    answers: { 200: leaderSchema },
    examples: [{ title: 'Now', status: 200 }],
  })
  async leader() {
    return leaderDto(await this.tasks.getLeader());
  }

  @Post('leader/resign')
  @Requires('admin')
  @HttpCode(204)
  @Operation({
    summary: 'Have the leader resign',
    answers: { 204: null },
    headers: ['X-Reason'],
    examples: [{ title: 'Whoever leads', headers: { 'X-Reason': 'deploy' }, status: 204 }],
  })
  async resign(
    @Body(checkedBy(emptySchema)) _body: object,
    @By() by: ChangeOptions,
  ): Promise<void> {
    await this.tasks.resign(by);
  }
}
