import { Get, Header, type Type } from '@nestjs/common';
import { ApiController } from '../http/access/api-controller.decorator.js';
import { Requires } from '../http/access/requires.decorator.js';
import { TasksMetrics } from './tasks-metrics.js';

/** Serves metrics at a path, to whoever may read the API. */
export function metricsController(path: string): Type {
  @ApiController(path)
  class MetricsController {
    constructor(private readonly metrics: TasksMetrics) {}

    @Get()
    @Requires('viewer')
    @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
    text(): Promise<string> {
      return this.metrics.text();
    }
  }
  return MetricsController;
}
