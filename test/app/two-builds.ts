import { appendFileSync } from 'node:fs';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron } from '@nestjs/schedule';
import { TaskContext, TaskOptions, TasksModule, type TasksModuleOptions } from 'carillon';

/**
 * A host application in two builds, as a deploy brings them together: `BUILD` says which one this is.
 * Its jobs make up for whatever they miss, so each fire time is to run once.
 */
const RECORD = process.env['RECORD'] ?? '/dev/null';
const OPTIONS = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;

const ALL = { coalesce: 'all', overlap: 'allow' } as const;
const EVERY_SECOND = '* * * * * *';
const EVERY_OTHER_SECOND = '*/2 * * * * *';

@Injectable()
class OldBuild {
  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'unchanged', timeZone: 'UTC' })
  unchanged(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'changed', timeZone: 'UTC' })
  changed(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'changed-and-paused', timeZone: 'UTC' })
  paused(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'dropped', timeZone: 'UTC' })
  dropped(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'old-name', timeZone: 'UTC' })
  renamed(): void {
    record();
  }
}

@Injectable()
class NewBuild {
  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'unchanged', timeZone: 'UTC' })
  unchanged(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_OTHER_SECOND, { name: 'changed', timeZone: 'UTC' })
  changed(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_OTHER_SECOND, { name: 'changed-and-paused', timeZone: 'UTC' })
  paused(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'added', timeZone: 'UTC' })
  added(): void {
    record();
  }

  @TaskOptions(ALL)
  @Cron(EVERY_SECOND, { name: 'new-name', timeZone: 'UTC' })
  renamed(): void {
    record();
  }
}

function record(): void {
  const { jobId, fireAt, attempt } = TaskContext.current()!;
  const line = { jobId, fireAt, attempt, node: OPTIONS.nodeName };
  appendFileSync(RECORD, `${JSON.stringify(line)}\n`);
}

@Module({
  imports: [TasksModule.forRoot(OPTIONS)],
  providers: [process.env['BUILD'] === 'new' ? NewBuild : OldBuild],
})
class TwoBuildsApp {}

const app = await NestFactory.createApplicationContext(TwoBuildsApp);
app.enableShutdownHooks();
