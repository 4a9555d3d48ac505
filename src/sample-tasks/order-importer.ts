import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Order } from './order.entity.js';

/** So many rows go into one statement. */
const BATCH = 500;

/** Stores orders that are not there yet. */
@Injectable()
export class OrderImporter {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  /**
   * Safe to repeat, and safe for two nodes to do at once: the database decides what is new.
   *
   * @param signal ends the import between two batches
   * @returns how many were new
   */
  async import(orders: readonly Order[], signal: AbortSignal): Promise<number> {
    let added = 0;
    for (let i = 0; i < orders.length; i += BATCH) {
      signal.throwIfAborted();
      const { raw } = await this.orders
        .createQueryBuilder()
        .insert()
        .values(orders.slice(i, i + BATCH))
        .orIgnore()
        .returning('external_id')
        .execute();
      added += (raw as unknown[]).length;
    }
    return added;
  }
}
