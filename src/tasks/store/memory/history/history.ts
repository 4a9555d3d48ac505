import { History, type Kept, type Pruned } from '../../history.js';
import type { MemoryDatabase } from '../database.js';

const DAY_MS = 86_400_000;

/** Keys of requests, terms and pauses are kept: they are few. */
export class MemoryHistory extends History {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async prune(what: Kept): Promise<Pruned> {
    return { rows: this.pruned(what), more: false, upTo: null };
  }

  private pruned(what: Kept): number {
    const { database } = this;
    const { runs, nodes, options } = database;
    const before = new Date(database.now().getTime() - options.retentionDays * DAY_MS);
    if (what === 'runs') {
      const old = runs.all().filter(({ finishedAt }) => finishedAt !== null && finishedAt < before);
      for (const row of old) runs.delete(row);
      return old.length;
    }
    if (what === 'nodes') {
      const old = [...nodes.values()].filter(({ heartbeatAt }) => heartbeatAt < before);
      for (const { id } of old) nodes.delete(id);
      return old.length;
    }
    return what === 'audit' ? database.audit.forget(before) : 0;
  }
}
