import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import http from 'node:http';
import type { EntityManager } from 'typeorm';
import { TasksHttpModule } from '../../src/tasks/http/index.js';
import { NodeStatus, TasksModule } from '../../src/tasks/index.js';
import { TasksDatabase } from '../../src/tasks/store/postgres/tasks-database.js';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface ApiApp {
  /** @throws Error unless it is answered with 200 */
  get(path: string): Promise<{ readonly bytes: number }>;
  /** The statements that a request takes. */
  statementsOf(path: string): Promise<readonly Statement[]>;
  close(): Promise<void>;
}

/** A node that serves the API and does nothing else, so that what is measured is the API. */
export async function apiApp(databaseUrl: string): Promise<ApiApp> {
  @Module({
    imports: [
      TasksModule.forRoot({ databaseUrl, roles: ['api'], nodeName: 'bench' }),
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false }),
    ],
  })
  class BenchApi {}

  const app = await NestFactory.create(BenchApi, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  const status = app.get(NodeStatus);
  while (status.notReady !== null) await new Promise((again) => setTimeout(again, 10));
  const base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const agent = new http.Agent({ keepAlive: true });
  const get = (path: string) =>
    new Promise<{ bytes: number }>((resolve, reject) => {
      const request = http.get(`${base}/scheduler${path}`, { agent }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.length));
        response.on('end', () => {
          if (response.statusCode === 200) resolve({ bytes });
          else reject(new Error(`${path} was answered with ${response.statusCode}`));
        });
      });
      request.on('error', reject);
    });
  return {
    get,
    async statementsOf(path) {
      const { manager } = app.get(TasksDatabase, { strict: false }).dataSource;
      const query = manager.query.bind(manager);
      const statements: Statement[] = [];
      manager.query = ((text: string, values: readonly unknown[] = []) => {
        statements.push({ text, values });
        return query(text, [...values]);
      }) as EntityManager['query'];
      await get(path);
      manager.query = query;
      return statements;
    },
    async close() {
      agent.destroy();
      await app.close();
    },
  };
}
