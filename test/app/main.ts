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
import { TasksHealthModule } from 'carillon/http';

/**
 * A host application as small as can be, built against the package's front door: what it runs, it
 * writes down in a file outside the database. Its options come as JSON in `OPTIONS`.
 */
const RECORD = process.env['RECORD'] ?? '/dev/null';
/** Where it serves its health. Default: nowhere. */
const PORT = process.env['PORT'];
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

@Module({
  imports: [TasksModule.forRoot(OPTIONS), TasksHealthModule],
  providers: [RecordingTasks],
})
class RecordingApp {}

const app = await NestFactory.create(RecordingApp);
app.enableShutdownHooks();
if (PORT === undefined) await app.init();
else await app.listen(PORT, '127.0.0.1');
await app.get(TasksService).ready();
// A process manager waits for it before it ends the process that this one replaces.
process.send?.('ready');
