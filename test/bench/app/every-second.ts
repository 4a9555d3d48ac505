import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { TasksModule, type TasksModuleOptions } from 'carillon';

/** A job that shows when nobody fires. */
@Injectable()
class EverySecond {
  @Interval('every-second', 1_000)
  run(): void {
    // That it was started is in the ledger.
  }
}

const options = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;

@Module({ imports: [TasksModule.forRoot(options)], providers: [EverySecond] })
class EverySecondApp {}

const app = await NestFactory.createApplicationContext(EverySecondApp);
app.enableShutdownHooks();
