import { SearchIndex } from './host.js';
// recipe
import { Injectable } from '@nestjs/common';
import { Schedule, type TaskContext } from 'carillon';

@Injectable()
export class Reindexing {
  constructor(private readonly index: SearchIndex) {}

  @Schedule('0 2 * * 0', { name: 'reindex', timeoutMs: 4 * 3_600_000 })
  async reindex(_payload: unknown, { signal, progress, logger }: TaskContext): Promise<object> {
    for (let page = 0; page < this.index.pages; page++) {
      // Aborted when somebody cancels the run, when its time is over, and when the process stops.
      signal.throwIfAborted();
      await this.index.add(page);
      progress((100 * (page + 1)) / this.index.pages, `page ${page + 1}`);
    }
    logger.log('the index is complete');
    return { pages: this.index.pages };
  }
}
// end
