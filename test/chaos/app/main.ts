import './clock-skew.js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TasksModule, type TasksModuleOptions } from 'carillon';
import { Failpoints } from '../failpoints.js';
import { Canaries } from './canaries.js';
import { obey } from './control.js';
import { FaultyLogger } from './faulty-logger.js';
import { hostDatabase } from './host-database.js';
import { ChaosTasks } from './tasks.js';
import { UnstorableTasks } from './unstorable.js';

/**
 * The application that is broken on purpose, built against the package's front door. Its options
 * come as JSON in `OPTIONS`; what it runs it also writes down in the file `RECORD`.
 */
const options = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;
/** Not every host has one: then its nodes do not know the tasks that need it. */
const host = process.env['BANK'] ? hostDatabase(options) : { imports: [], providers: [] };
const failpoints = new Failpoints();

const FAILING_STORE = new URL('./failing-store.js', import.meta.url).href;

@Module({
  imports: [...host.imports, TasksModule.forRoot({ ...options, intercept: FAILING_STORE })],
  providers: [
    ChaosTasks,
    Canaries,
    UnstorableTasks,
    ...host.providers,
    { provide: Failpoints, useValue: failpoints },
  ],
})
class ChaosApp {}

const logger = new FaultyLogger();
const app = await NestFactory.createApplicationContext(ChaosApp, { logger });
app.enableShutdownHooks();
obey({ app, failpoints, logger, options });
