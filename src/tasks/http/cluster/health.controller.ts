import {
  Catch,
  Controller,
  Get,
  ServiceUnavailableException,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { NodeStatus } from '../../node/node-status.js';

/** Lets terminus's document through as it is: what asks for health knows that form, not problems. */
@Catch(ServiceUnavailableException)
class NotReadyFilter implements ExceptionFilter<ServiceUnavailableException> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(exception: ServiceUnavailableException, host: ArgumentsHost): void {
    const response: unknown = host.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.reply(response, exception.getResponse(), exception.getStatus());
  }
}

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

  /**
   * 503 with the reason while this node cannot do its work; 200 and `degraded` while it can, but the
   * cluster lacks a worker for some job: another start of this node would not mend that.
   */
  @Get('ready')
  @HealthCheck()
  async ready() {
    const session = this.indicators.check('scheduler');
    const reason = this.status.notReady ?? this.status.trouble();
    const lacks = this.status.unknownTasks.map((task) => `no live worker knows ${task}`);
    const result = await this.health.check([
      () =>
        reason === null
          ? session.up(lacks.length === 0 ? {} : { degraded: lacks })
          : session.down({ message: reason }),
    ]);
    return lacks.length === 0 ? result : { ...result, status: 'degraded' };
  }
}
