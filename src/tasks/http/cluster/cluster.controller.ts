import { Body, Get, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { UnavailableError } from '../../domain/errors.js';
import { NodeStatus } from '../../node/node-status.js';
import type { ChangeOptions } from '../../store/job-store.js';
import { TasksService } from '../../service/tasks.service.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { By } from '../access/by.decorator.js';
import {
  briefNodeDto,
  holderDto,
  pauseClusterSchema,
  stateSchema,
  taskDto,
  taskSchema,
} from './cluster.dto.js';
import { emptySchema } from '../protocol/change.dto.js';
import { Operation } from '../protocol/operation.decorator.js';
import { listSchema } from '../protocol/page.dto.js';
import { Requires } from '../access/requires.decorator.js';
import { checkedBy } from '../protocol/input.pipe.js';

const shutdownSchema = z
  .strictObject({ wait: z.boolean().default(true) })
  .prefault({})
  .meta({ id: 'Shutdown' });

/** The cluster as a whole, seen from the node that answers. */
@ApiController()
export class ClusterController {
  constructor(
    private readonly tasks: TasksService,
    private readonly status: NodeStatus,
  ) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'The state of the cluster and of this node',
    description: 'Of a node that was shut down only its own part is known.',
    answers: { 200: stateSchema },
    examples: [{ title: 'Now', status: 200 }],
  })
  async state() {
    const { id, name, roles, isLeader, mode, running, version } = this.status;
    return {
      running,
      ...(await this.cluster()),
      node: { id, name, roles, isLeader, mode },
      version,
    };
  }

  @Post('pause')
  @Requires('operator')
  @HttpCode(204)
  @Operation({
    summary: 'Pause the whole cluster: nothing is fired or started',
    answers: { 204: null },
    headers: ['X-Reason'],
    examples: [{ title: 'With a reason', body: { reason: 'migration' }, status: 204 }],
  })
  async pause(
    @Body(checkedBy(pauseClusterSchema)) { reason }: z.infer<typeof pauseClusterSchema>,
    @By() by: ChangeOptions,
  ): Promise<void> {
    await this.tasks.pause(reason, by);
  }

  @Post('resume')
  @Requires('operator')
  @HttpCode(204)
  @Operation({
    summary: 'Resume the whole cluster',
    answers: { 204: null },
    headers: ['X-Reason'],
    examples: [{ title: 'Without a body', status: 204 }],
  })
  async resume(
    @Body(checkedBy(emptySchema)) _body: object,
    @By() by: ChangeOptions,
  ): Promise<void> {
    await this.tasks.resume(by);
  }

  @Post('start')
  @Requires('admin')
  @HttpCode(204)
  @Operation({
    summary: 'Start this node again after a shutdown',
    answers: { 204: null },
    problems: [409],
    headers: ['X-Reason'],
    examples: [{ title: 'While it is running', status: 409 }],
  })
  start(@Body(checkedBy(emptySchema)) _body: object, @By() by: ChangeOptions): void {
    this.tasks.start(by);
  }

  @Post('shutdown')
  @Requires('admin')
  @HttpCode(204)
  @Operation({
    summary: 'Shut this node down; the application keeps running',
    answers: { 204: null },
    problems: [409],
    headers: ['X-Reason'],
    examples: [{ title: 'And answer at once', body: { wait: false }, status: 204 }],
  })
  async shutdown(
    @Body(checkedBy(shutdownSchema)) { wait }: z.infer<typeof shutdownSchema>,
    @By() by: ChangeOptions,
  ): Promise<void> {
    await this.tasks.shutdown({ wait }, by);
  }

  @Get('tasks')
  @Requires('viewer')
  @Operation({
    summary: 'The tasks that live nodes can run',
    answers: { 200: listSchema(taskSchema) },
    examples: [{ title: 'All of them', status: 200 }],
  })
  async listTasks() {
    return { items: (await this.tasks.getTasks()).map(taskDto) };
  }

  private async cluster() {
    try {
      const [cluster, leader, nodes] = await Promise.all([
        this.tasks.getState(),
        this.tasks.getLeader(),
        this.tasks.getNodes(),
      ]);
      return {
        paused: cluster.paused,
        pauseReason: cluster.pauseReason,
        pausedSince: cluster.pausedSince,
        leader: holderDto(leader),
        nodes: nodes.filter((node) => node.alive).map(briefNodeDto),
        now: cluster.now,
      };
    } catch (error) {
      if (!(error instanceof UnavailableError) || this.status.running) throw error;
      return UNKNOWN;
    }
  }
}

/** What a node without a database knows of the cluster. */
const UNKNOWN = {
  paused: null,
  pauseReason: null,
  pausedSince: null,
  leader: null,
  nodes: [],
  now: null,
} as const;
