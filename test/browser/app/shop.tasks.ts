import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { Task, TaskOptions, type TaskContext } from 'carillon';
import { z } from 'zod';

const zone = 'Europe/Berlin';

const exportSchema = z.strictObject({
  /** How many rows to write. */
  rows: z.number().int().min(1).max(1_000_000),
  format: z.enum(['csv', 'xml']).optional(),
});

const MS_A_ROW = 20;
const BLOCKS_MS = 2_500;

/** What a shop does by the clock: jobs that are quick, slow, failing, frequent and rare. */
@Injectable()
export class ShopTasks {
  @Cron('0 9 * * 1-5', { name: 'daily-report', timeZone: zone })
  @TaskOptions({ tags: ['reports'] })
  report() {
    return { pages: 12 };
  }

  @Interval('import-orders', 5_000)
  @TaskOptions({ tags: ['orders'] })
  importOrders() {
    return { added: 3 };
  }

  @Cron('0 3 * * *', { name: 'settle-invoices', timeZone: zone })
  @TaskOptions({ tags: ['billing'], retry: { maxAttempts: 2, delayMs: 100 } })
  settle() {
    const cause = new Error('connect ETIMEDOUT 10.0.4.7:443');
    throw new Error('gateway did not answer within 30 s', { cause });
  }

  @Cron('0 2 * * *', { name: 'nightly-export', timeZone: zone })
  @TaskOptions({ tags: ['export'] })
  nightly(_payload: unknown, context: TaskContext) {
    return write(60, context);
  }

  @Cron('30 4 * * 0', { name: 'rebuild-ledger', timeZone: zone })
  @TaskOptions({ tags: ['billing'], onCrash: 'rerun' })
  rebuild() {
    return 'rebuilt';
  }

  @Cron('*/10 * * * *', { name: 'refresh-rates', timeZone: zone })
  @TaskOptions({ tags: ['billing'] })
  refresh() {
    return { rates: 31 };
  }

  @Cron('0 * * * *', { name: 'clean-old-files', timeZone: zone })
  @TaskOptions({ tags: ['ops'] })
  clean() {
    return { removed: 4 };
  }

  /** Reckons without a pause, as code does that was never meant for a server. */
  @Task('reckon')
  reckon() {
    const until = performance.now() + BLOCKS_MS;
    let sum = 0;
    while (performance.now() < until) sum += 1;
    return { sum };
  }

  @Task('export', { payload: exportSchema })
  export({ rows }: z.output<typeof exportSchema>, context: TaskContext) {
    return write(rows, context);
  }
}

/** Writes rows one after the other, says so, and stops when it is told to. */
async function write(rows: number, { signal, logger, progress }: TaskContext) {
  for (let row = 1; row <= rows; row++) {
    if (signal.aborted) {
      logger.warn(`stopped after row ${row - 1}`);
      throw signal.reason;
    }
    logger.log(`row ${row} of ${rows}`);
    progress((100 * row) / rows, `row ${row} of ${rows}`);
    await new Promise((next) => setTimeout(next, MS_A_ROW));
  }
  return { rows };
}
