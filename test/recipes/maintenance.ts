// recipe
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { TasksService } from 'carillon';

@Injectable()
export class Maintenance {
  constructor(private readonly tasks: TasksService) {}

  /** Nothing is fired or started in the whole cluster while `work` goes on. */
  async during(reason: string, work: () => Promise<void>): Promise<void> {
    await this.tasks.pause(reason);
    try {
      while ((await this.tasks.countRuns({ state: 'running' })).count > 0) await sleep(500);
      await work();
    } finally {
      await this.tasks.resume();
    }
  }
}
// end
