import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { NodeStatus, Task, TaskOptions } from 'carillon';
import { Failpoints } from '../failpoints.js';
import { record } from './record.js';

/** Jobs of every policy, some of them longer than their interval. */
@Injectable()
export class ChaosTasks {
  constructor(
    private readonly node: NodeStatus,
    private readonly failpoints: Failpoints,
  ) {}

  @TaskOptions({ coalesce: 'all', overlap: 'allow' })
  @Interval('every-250ms', 250)
  quick(): Promise<void> {
    return this.work(0);
  }

  @Interval('every-500ms', 500)
  short(): Promise<void> {
    return this.work(150);
  }

  @Interval('longer-than-its-interval', 400)
  long(): Promise<void> {
    return this.work(900);
  }

  @TaskOptions({ coalesce: 'all', overlap: 'allow' })
  @Interval('overlapping', 1_000)
  overlapping(): Promise<void> {
    return this.work(1_500);
  }

  @TaskOptions({ coalesce: 'earliest', maxInstances: 2 })
  @Interval('in-pairs', 300)
  pairs(): Promise<void> {
    return this.work(700);
  }

  @TaskOptions({ coalesce: 'all', overlap: 'allow', misfireGraceMs: 1_000 })
  @Interval('impatient', 500)
  impatient(): Promise<void> {
    return this.work(10);
  }

  @Cron('* * * * * *', { name: 'cron-every-second', timeZone: 'Europe/Berlin' })
  cron(): Promise<void> {
    return this.work(250);
  }

  @Interval('failing', 1_000)
  async failing(): Promise<void> {
    await this.work(10, 'failed');
    throw new Error('as told');
  }

  /** The next fire ends the run that waits to be tried again. */
  @TaskOptions({ retry: { maxAttempts: 3, delayMs: 3_000 } })
  @Interval('failing-again', 1_000)
  async failingAgain(): Promise<void> {
    await this.work(10, 'failed');
    throw new Error('as told');
  }

  @Task('on-demand')
  onDemand(): Promise<void> {
    return this.work(300);
  }

  /** What comes in floods. */
  @Task('nothing')
  nothing(): void {
    record(this.node.id, 'start');
  }

  /** Keeps a slot for a while. */
  @Task('linger')
  async linger(): Promise<void> {
    record(this.node.id, 'start');
    await sleep(1_000);
    record(this.node.id, 'succeeded');
  }

  private async work(ms: number, outcome: 'succeeded' | 'failed' = 'succeeded'): Promise<void> {
    record(this.node.id, 'start');
    if (ms > 0) await sleep(ms);
    record(this.node.id, outcome);
    await this.failpoints.reach('handler:after-last-write');
  }
}
