import { Inject, Injectable } from '@nestjs/common';
import { Cron, CronExpression, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { Mailer } from './mailer.js';

/** An ordinary service, written for @nestjs/schedule by somebody who has never heard of us. */
@Injectable()
export class NewsletterService {
  readonly subscribers: string[] = ['ada@example.org'];
  private readonly bounced: string[] = [];
  warm = false;
  sent = 0;

  constructor(
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(SchedulerRegistry) private readonly scheduler: SchedulerRegistry,
  ) {}

  @Cron('0 9 * * 1-5', { name: 'digest', timeZone: 'Europe/Berlin' })
  async sendDigest(): Promise<void> {
    for (const subscriber of this.subscribers) {
      this.sent += await this.mailer.send(subscriber, 'Your digest');
    }
  }

  @Interval('bounces', 10_000)
  removeBounced(): void {
    for (const address of this.bounced.splice(0)) {
      this.subscribers.splice(this.subscribers.indexOf(address), 1);
    }
  }

  @Timeout(2_000)
  warmUp(): void {
    this.warm = true;
  }

  @Cron(CronExpression.EVERY_HOUR, { name: 'report', disabled: true })
  report(): void {
    void this.mailer.send('boss@example.org', `${this.subscribers.length} subscribers`);
  }

  bounce(address: string): void {
    this.bounced.push(address);
  }

  remind(subscriber: string, at: string): void {
    const job = new CronJob(at, () => {
      void this.mailer.send(subscriber, 'You asked to be reminded');
    });
    this.scheduler.addCronJob(`remind-${subscriber}`, job);
    job.start();
  }

  forget(subscriber: string): void {
    this.scheduler.deleteCronJob(`remind-${subscriber}`);
  }

  holiday(on: boolean): void {
    const job = this.scheduler.getCronJob('digest');
    if (on) void job.stop();
    else job.start();
  }
}
