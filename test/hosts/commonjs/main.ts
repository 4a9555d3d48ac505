/** A host of CommonJS modules: what it imports, it requires. */
import { appendFileSync } from 'node:fs';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { TaskContext, TasksModule } from 'carillon';
import { CronJob } from 'cron';

function record(): void {
  const { jobId, fireAt } = TaskContext.current()!;
  const line = { job: jobId, fireAt, process: process.pid };
  appendFileSync(process.env['RECORD']!, `${JSON.stringify(line)}\n`);
}

@Injectable()
class Reports implements OnModuleInit {
  constructor(private readonly scheduler: SchedulerRegistry) {}

  onModuleInit(): void {
    const job = new CronJob(CronExpression.EVERY_SECOND, record, null, false, 'UTC');
    this.scheduler.addCronJob('dynamic', job);
    job.start();
  }

  @Cron(CronExpression.EVERY_SECOND, { name: 'cron', timeZone: 'Europe/Berlin' })
  each(): void {
    record();
  }

  @Interval('interval', 1_000)
  often(): void {
    record();
  }

  @Timeout('timeout', 100)
  once(): void {
    record();
  }
}

@Module({
  imports: [
    TasksModule.forRootAsync({
      useFactory: () => ({ databaseUrl: process.env['DATABASE_URL']! }),
    }),
  ],
  providers: [Reports],
})
class App {}

void NestFactory.createApplicationContext(App).then((app) => app.enableShutdownHooks());
