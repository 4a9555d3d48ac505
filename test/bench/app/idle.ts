import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Task, TasksModule, type TasksModuleOptions } from 'carillon';

/** A node that has nothing to do. */
@Injectable()
class NothingToDo {
  @Task('nothing')
  run(): void {
    // Not called: no job of it is due.
  }
}

const options = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;

@Module({ imports: [TasksModule.forRoot(options)], providers: [NothingToDo] })
class IdleApp {}

const app = await NestFactory.createApplicationContext(IdleApp, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
