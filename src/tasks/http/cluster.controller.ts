import { Body, Get, HttpCode, Post } from '@nestjs/common';
import { NodeStatus } from '../node-status.js';
import { TasksService } from '../tasks.service.js';
import { ApiController } from './api-controller.decorator.js';
import { leaderDto, nodeDto, taskDto } from './cluster.dto.js';
import { emptySchema, pauseSchema, type PauseDto } from './job.dto.js';
import { Requires } from './requires.decorator.js';

/** The cluster as a whole, seen from the node that answers. */
@ApiController()
export class ClusterController {
  constructor(
    private readonly tasks: TasksService,
    private readonly status: NodeStatus,
  ) {}

  @Get()
  @Requires('viewer')
  async state() {
    const [cluster, leader, nodes] = await Promise.all([
      this.tasks.getState(),
      this.tasks.getLeader(),
      this.tasks.getNodes(),
    ]);
    const { id, name, roles, isLeader, mode, running, version } = this.status;
    return {
      running,
      paused: cluster.paused,
      pauseReason: cluster.pauseReason,
      node: { id, name, roles, isLeader, mode },
      leader: leaderDto(leader),
      nodes: nodes.filter((node) => node.alive).map(nodeDto),
      version,
      now: cluster.now,
    };
  }

  @Post('pause')
  @Requires('operator')
  @HttpCode(204)
  async pause(@Body({ schema: pauseSchema }) { reason }: PauseDto): Promise<void> {
    await this.tasks.pause(reason);
  }

  @Post('resume')
  @Requires('operator')
  @HttpCode(204)
  async resume(@Body({ schema: emptySchema }) _body: object): Promise<void> {
    await this.tasks.resume();
  }

  @Get('tasks')
  @Requires('viewer')
  async listTasks() {
    return { items: (await this.tasks.getTasks()).map(taskDto) };
  }

  @Get('nodes')
  @Requires('viewer')
  async listNodes() {
    return { items: await this.tasks.getNodes() };
  }

  @Get('leader')
  @Requires('viewer')
  leader() {
    return this.tasks.getLeader();
  }
}
