import { writeSync } from 'node:fs';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Task, TaskContext, TasksModule, type TasksModuleOptions } from 'carillon';
import { now } from '../latency.js';

/** What it says when it is asked to end: of each of its runs the fire time, and by its own clock when it began. */
const lines: string[] = [];

@Injectable()
class Late {
  @Task('nothing')
  run(_payload: unknown, { fireAt }: TaskContext): void {
    lines.push(`began ${fireAt.getTime()} ${now()}\n`);
  }
}

const options = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;

@Module({ imports: [TasksModule.forRoot(options)], providers: [Late] })
class LateApp {}

const app = await NestFactory.createApplicationContext(LateApp);
app.enableShutdownHooks();
process.once('SIGTERM', () => writeSync(1, lines.join('')));
