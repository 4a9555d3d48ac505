import './clock-skew.js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TasksModule, type TasksModuleOptions } from 'carillon';
import { Failpoints, type Arming } from '../failpoints.js';
import { Account, Bank, CommitPlaces, Transfer } from './bank.js';
import { obey } from './control.js';
import { RunTasks } from './run-tasks.js';

/**
 * A host with a database of its own entities, whose runs are broken on purpose. Its options come as
 * JSON in `OPTIONS`, and what is armed from the start in `ARMED`.
 */
const options = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;
const failpoints = new Failpoints();
failpoints.arm(JSON.parse(process.env['ARMED'] ?? '[]') as Arming[], 1);

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      ...(options.databaseUrl === undefined ? {} : { url: options.databaseUrl }),
      entities: [Account, Transfer],
      poolSize: options.concurrency ?? 10,
    }),
    TypeOrmModule.forFeature([Account, Transfer]),
    TasksModule.forRoot({ ...options, intercept: (store) => failpoints.around(store) }),
  ],
  providers: [RunTasks, Bank, CommitPlaces, { provide: Failpoints, useValue: failpoints }],
})
class RunsApp {}

const app = await NestFactory.createApplicationContext(RunsApp);
app.enableShutdownHooks();
obey(app, failpoints);
