/**
 * What the blocks of the documents leave to their readers: the heads of files, and names of the application around them.
 * A block gets those that it names and neither imports nor declares itself.
 */
import type { CanActivate, INestApplication } from '@nestjs/common';
import type { JobHandle, NewJobInput, TasksService, TriggerSpec } from 'carillon';
import type { ApiKey } from 'carillon/http';
import type { TasksTesting } from 'carillon/testing';

export {
  Body,
  ConsoleLogger,
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  Module,
  Param,
  Post,
} from '@nestjs/common';
export { NestFactory } from '@nestjs/core';
export { Cron, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
export { Test } from '@nestjs/testing';
export { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
export { register } from 'prom-client';
export { Repository } from 'typeorm';
export { expect } from 'vitest';
export { z } from 'zod';
export {
  Schedule,
  Task,
  TaskContext,
  TaskOptions,
  TasksModule,
  TasksService,
  fireTimes,
} from 'carillon';
export { TasksDashboardModule } from 'carillon/dashboard';
export { TasksHttpModule } from 'carillon/http';
export { TasksNotificationsModule } from 'carillon/notifications';
export { TasksTesting, TasksTestingModule } from 'carillon/testing';

export declare class AdminGuard implements CanActivate {
  canActivate(): boolean;
}
export declare class AppModule {}
export declare class Report {
  id: number;
}
export declare class ReportsService {}

interface Invoice {
  readonly id: number;
  readonly number: string;
}
interface Mailer {
  send(what: unknown, options?: { readonly key: string }): Promise<void>;
}

/** The class that a block of methods is from. */
export declare class Members {
  readonly invoices: { of(month: string): Promise<Invoice[]> };
  readonly mailer: Mailer;
}

export declare const app: INestApplication;
export declare const tasks: TasksService;
export declare const testing: TasksTesting;
export declare const job: JobHandle;
export declare const jobs: readonly NewJobInput[];
export declare const trigger: TriggerSpec;
export declare const from: Date;
export declare const to: Date;
export declare const keys: readonly ApiKey[];
export declare const logger: { warn(line: string): void };
export declare const mailer: Mailer;
export declare function alert(text: string): void;
export declare function pino(options: { mixin: () => object }): unknown;
