import './clock-skew.js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TasksModule, type TasksModuleOptions } from 'carillon';
import { Failpoints, type Arming } from '../failpoints.js';
import { obey } from './control.js';
import { FaultyLogger } from './faulty-logger.js';
import { hostDatabase } from './host-database.js';
import { RunTasks } from './run-tasks.js';

/**
 * A host with a database of its own entities, whose runs are broken on purpose. Its options come as
 * JSON in `OPTIONS`, and what is armed from the start in `ARMED`.
 */
const options = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;
const host = hostDatabase(options);
const failpoints = new Failpoints();
failpoints.armHere({ armings: JSON.parse(process.env['ARMED'] ?? '[]') as Arming[], seed: 1 });

const FAILING_STORE = new URL('./failing-store.js', import.meta.url).href;

@Module({
  imports: [...host.imports, TasksModule.forRoot({ ...options, intercept: FAILING_STORE })],
  providers: [RunTasks, ...host.providers, { provide: Failpoints, useValue: failpoints }],
})
class RunsApp {}

const logger = new FaultyLogger();
const app = await NestFactory.createApplicationContext(RunsApp, { logger });
app.enableShutdownHooks();
obey({ app, failpoints, logger, options });
