import { RunSums, type Counted, type Judged } from '../../run-sums.js';
import type { MemoryDatabase } from '../database.js';

const HOUR_MS = 3_600_000;

/** In memory the sums are made when they are asked for, so there is nothing to count ahead. */
export class MemoryRunSums extends RunSums {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async count(fencingToken: number, hour?: Date): Promise<Counted | null> {
    if (this.database.lock.fencingToken !== fencingToken) return null;
    const now = this.database.now().getTime();
    return { hour: hour ?? new Date(now - (now % HOUR_MS)), more: false, before: null };
  }

  async recount(): Promise<boolean> {
    return false;
  }

  async judge(): Promise<Judged> {
    return { last: null, news: false };
  }
}
