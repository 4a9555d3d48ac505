import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { NodeStatus, TaskOptions } from 'carillon';
import { record } from './record.js';

/** Nothing is ever done to these jobs: that they are late shows whom else a fault has hurt. */
@Injectable()
export class Canaries {
  constructor(private readonly node: NodeStatus) {}

  @TaskOptions({ overlap: 'allow' })
  @Cron('* * * * * *', { name: 'canary-cron' })
  cron(): void {
    this.sing();
  }

  @TaskOptions({ overlap: 'allow' })
  @Interval('canary-interval', 1_000)
  interval(): void {
    this.sing();
  }

  @TaskOptions({ overlap: 'allow', coalesce: 'all' })
  @Interval('canary-thorough', 1_000)
  thorough(): void {
    this.sing();
  }

  private sing(): void {
    record(this.node.id, 'start');
    record(this.node.id, 'succeeded');
  }
}
