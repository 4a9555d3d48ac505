import './clock-skew.js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TasksModule, type TasksModuleOptions } from 'carillon';
import { Failpoints } from '../failpoints.js';
import { Canaries } from './canaries.js';
import { obey } from './control.js';
import { ChaosTasks } from './tasks.js';

/**
 * The application that is broken on purpose, built against the package's front door. Its options
 * come as JSON in `OPTIONS`; what it runs it also writes down in the file `RECORD`.
 */
const options = JSON.parse(process.env['OPTIONS'] ?? '{}') as TasksModuleOptions;
const failpoints = new Failpoints();

@Module({
  imports: [TasksModule.forRoot({ ...options, intercept: (store) => failpoints.around(store) })],
  providers: [ChaosTasks, Canaries, { provide: Failpoints, useValue: failpoints }],
})
class ChaosApp {}

const app = await NestFactory.createApplicationContext(ChaosApp);
app.enableShutdownHooks();
obey(app, failpoints);
