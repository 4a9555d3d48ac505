import { appendFileSync } from 'node:fs';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import {
  Task,
  TaskContext,
  TaskOptions,
  TasksModule,
  TasksService,
  type TasksModuleOptions,
} from 'carillon';

/**
 * A host application as small as can be, built against the package's front door: what it runs, it
 * writes down in a file outside the database. Its options come as JSON in `OPTIONS`.
 */
const RECORD = process.env['RECORD'] ?? '/dev/null';
const OPTIONS = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;

@Injectable()
class RecordingTasks {
  @TaskOptions({ coalesce: 'all', overlap: 'allow' })
  @Interval('every-second', 1_000)
  everySecond(): void {
    record();
  }

  @Task('record')
  onDemand(): void {
    record();
  }
}

function record(): void {
  const { jobId, fireAt, attempt } = TaskContext.current()!;
  const line = { jobId, fireAt, attempt, node: OPTIONS.nodeName };
  appendFileSync(RECORD, `${JSON.stringify(line)}\n`);
}

@Module({ imports: [TasksModule.forRoot(OPTIONS)], providers: [RecordingTasks] })
class RecordingApp {}

const app = await NestFactory.createApplicationContext(RecordingApp);
app.enableShutdownHooks();
await app.get(TasksService).ready();
// A process manager waits for it before it ends the process that this one replaces.
process.send?.('ready');
