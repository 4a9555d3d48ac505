import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { DailyReport } from './daily-report.entity.js';
import { Order } from './order.entity.js';
import { REPORT_TIME_ZONE } from './report-day.js';

/** Sums up a day's orders. An ordinary service: tasks call it as anything else may. */
@Injectable()
export class ReportWriter {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(DailyReport) private readonly reports: Repository<DailyReport>,
  ) {}

  /** Writes the report of the day, or replaces it. */
  async write(day: string): Promise<DailyReport> {
    const lines = await this.sumByProduct(day);
    const report: DailyReport = {
      day,
      orders: lines.reduce((sum, line) => sum + line.orders, 0),
      amountCents: String(lines.reduce((sum, line) => sum + line.amountCents, 0)),
      byProduct: lines,
      writtenAt: new Date(),
    };
    await this.reports.upsert(report, ['day']);
    return report;
  }

  private async sumByProduct(day: string) {
    // The day's bounds are reckoned by the database, which knows the zone's clock changes.
    const rows = await this.orders
      .createQueryBuilder('sale')
      .select('sale.product', 'product')
      .addSelect('count(*)', 'orders')
      .addSelect('sum(sale.amountCents)', 'amountCents')
      .where('sale.orderedAt >= cast(:day as timestamp) at time zone :timeZone')
      .andWhere(
        `sale.orderedAt < (cast(:day as timestamp) + interval '1 day') at time zone :timeZone`,
      )
      .setParameters({ day, timeZone: REPORT_TIME_ZONE })
      .groupBy('sale.product')
      .orderBy('sale.product')
      .getRawMany<{ product: string; orders: string; amountCents: string }>();
    return rows.map(({ product, orders, amountCents }) => ({
      product,
      orders: Number(orders),
      amountCents: Number(amountCents),
    }));
  }
}
