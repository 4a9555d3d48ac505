import { Controller, Get, UseFilters } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { NodeStatus } from '../node-status.js';
import { NotReadyFilter } from './not-ready.filter.js';

/**
 * For load balancers and orchestrators: open to everybody, and it asks nobody but this process.
 */
@Controller('health')
@UseFilters(NotReadyFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly status: NodeStatus,
  ) {}

  /** The process answers. It does not depend on the database: a restart would not mend that. */
  @Get('live')
  live() {
    return { status: 'ok' };
  }

  /** 503 with the reason while this node cannot do its work. */
  @Get('ready')
  @HealthCheck()
  ready() {
    const session = this.indicators.check('scheduler');
    const reason = this.status.notReady;
    return this.health.check([
      () => (reason === null ? session.up() : session.down({ message: reason })),
    ]);
  }
}
