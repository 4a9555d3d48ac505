import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { TaskOptions, type TaskContext } from '../tasks/index.js';
import { ordersOfMinute } from './demo-orders.js';
import { OrderImporter } from './order-importer.js';
import { parseOrderFile } from './order-file.js';
import { openOwnFolder } from './own-folder.js';
import { SampleTasksOptions } from './sample-tasks.options.js';

/**
 * Interval: it imports the orders that lie in the folder as JSON lines (`*.jsonl`). While there is
 * no file it makes some up, so that there is something to see.
 *
 * Every order has an id of its own where it comes from. So a run may be repeated, whether it failed
 * half-way or its node died, and no order is counted twice. The files stay until they are old.
 */
@Injectable()
export class ImportOrdersTask {
  constructor(
    private readonly importer: OrderImporter,
    private readonly options: SampleTasksOptions,
  ) {}

  @Interval('import-orders', 5_000)
  // An import that was missed has nothing that the next one does not find as well.
  @TaskOptions({ misfireGraceMs: 60_000, tags: ['orders'] })
  async import(_payload: unknown, { fireAt, signal }: TaskContext) {
    const files = await this.orderFiles();
    if (files.length === 0) {
      const orders = ordersOfMinute(fireAt);
      return { found: orders.length, added: await this.importer.import(orders, signal) };
    }
    let found = 0;
    let added = 0;
    for (const name of files) {
      const content = await readFile(join(this.options.folder, name), { encoding: 'utf8', signal });
      const orders = parseOrderFile(name, content);
      found += orders.length;
      added += await this.importer.import(orders, signal);
    }
    return { found, added };
  }

  private async orderFiles(): Promise<string[]> {
    const { folder } = this.options;
    await openOwnFolder(folder);
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
      .map((entry) => entry.name)
      .sort();
  }
}
