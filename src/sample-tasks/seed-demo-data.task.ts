import { Injectable } from '@nestjs/common';
import { Timeout } from '@nestjs/schedule';
import { TaskOptions, type TaskContext } from '../tasks/index.js';
import { ordersOfDaysBefore } from './demo-orders.js';
import { OrderImporter } from './order-importer.js';

const DAYS = 7;

/**
 * Timeout: soon after the cluster has started it sees to it that there are orders to report on.
 *
 * It runs once for each cold start of the whole cluster, not once for each process. Its orders are
 * the same at each start of a day, so it adds none twice.
 */
@Injectable()
export class SeedDemoDataTask {
  constructor(private readonly importer: OrderImporter) {}

  @Timeout('seed-demo-data', 1_000)
  // With options of ours it is called with a payload and the context; without, with no arguments.
  @TaskOptions({ tags: ['orders'] })
  async seed(_payload: unknown, { fireAt, signal }: TaskContext) {
    return { added: await this.importer.import(ordersOfDaysBefore(fireAt, DAYS), signal) };
  }
}
