import { Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import request from 'supertest';
import {
  TasksErrorFilter,
  TasksHealthModule,
  TasksHttpModule,
  type ApiRole,
  type TasksHttpOptions,
} from '../../src/tasks/http/index.js';
import { Task, TasksModule, type TaskContext, type TasksOptions } from '../../src/tasks/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { AnswerValidator } from './answer-validator.js';

/** The tasks of the application under test. */
@Injectable()
export class ProbeTasks {
  @Task('reports.daily')
  daily(payload: unknown) {
    return { payload };
  }

  @Task('reports.forever')
  forever(_payload: unknown, { signal }: TaskContext) {
    return new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  }

  @Task('reports.failing')
  failing() {
    throw new Error('login refused: password=hunter2');
  }
}

export const keyOf = (role: ApiRole) => ({
  name: `the-${role}`,
  role,
  sha256: createHash('sha256').update(`${role}-key`).digest('hex'),
});

export const KEYS = (['viewer', 'operator', 'admin'] as const).map(keyOf);

export interface HttpApp<App extends INestApplication = INestApplication> {
  readonly app: App;
  readonly database: TestDatabase;
  readonly url: string;
  /** A request to the running server. */
  call(): ReturnType<typeof request>;
  close(): Promise<void>;
}

export interface HttpAppOptions {
  readonly http?: Partial<TasksHttpOptions>;
  readonly globalPrefix?: string;
  /** Jobs of the configuration. Default: none. */
  readonly jobs?: TasksOptions['jobs'];
  /** Of the host itself. */
  readonly controllers?: Type[];
  /** Default: a new one. It is dropped with the application that made it. */
  readonly database?: TestDatabase;
  readonly nodeName?: string;
  /** Whether a close of the server waits for its connections, as it does by default in Nest. */
  readonly keepConnections?: boolean;
  /** How large a body may be. Default: 256kb. */
  readonly bodyLimit?: string;
}

/** The module of an application with its tasks and the whole API. */
export function httpModule(
  database: TestDatabase,
  { http, nodeName, jobs = [], controllers = [] }: HttpAppOptions,
) {
  @Module({
    imports: [
      TasksModule.forRoot({
        databaseUrl: database.url,
        nodeName: nodeName ?? 'probe',
        version: '1',
        shutdownGraceMs: 0,
        jobs,
      }),
      TasksHealthModule,
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false, ...http }),
    ],
    controllers,
    providers: [ProbeTasks, { provide: APP_FILTER, useClass: TasksErrorFilter }],
  })
  class HttpAppModule {}
  return HttpAppModule;
}

/** The application at work, on Express and a database of its own, as `main.ts` sets it up. */
export async function startHttpApp(
  options: HttpAppOptions = {},
): Promise<HttpApp<NestExpressApplication>> {
  const database = options.database ?? (await createTestDatabase());
  const app = await NestFactory.create<NestExpressApplication>(httpModule(database, options), {
    bodyParser: false,
    forceCloseConnections: options.keepConnections !== true,
    logger: ['error', 'warn'],
  });
  app.useBodyParser('json', { limit: options.bodyLimit ?? '256kb' });
  app.disable('etag');
  return ready(app, database, options);
}

/** Listens, and waits until the node is at work. */
export async function ready<App extends INestApplication>(
  app: App,
  database: TestDatabase,
  { globalPrefix, database: given }: HttpAppOptions,
): Promise<HttpApp<App>> {
  if (globalPrefix) app.setGlobalPrefix(globalPrefix);
  const validator = new AnswerValidator(globalPrefix && `/${globalPrefix}`);
  validator.watch(app.getHttpServer() as Server);
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const health = `${url}${globalPrefix ? `/${globalPrefix}` : ''}/health/ready`;
  await until('a node at work', async () => (await fetch(health)).status === 200);
  return {
    app,
    database,
    url,
    call: () => request(url),
    close: async () => {
      await app.close();
      if (!given) await database.drop();
      validator.expectNone();
    },
  };
}
