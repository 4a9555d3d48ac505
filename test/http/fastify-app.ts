import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createTestDatabase } from '../support/postgres.js';
import { httpModule, ready, type HttpApp, type HttpAppOptions } from './http-app.js';

/** The application at work on Fastify, and a database of its own. */
export async function startFastifyApp(
  options: HttpAppOptions,
): Promise<HttpApp<NestFastifyApplication>> {
  const database = await createTestDatabase();
  const app = await NestFactory.create<NestFastifyApplication>(
    httpModule(database, options),
    new FastifyAdapter({ bodyLimit: 262_144 }),
    { logger: ['error', 'warn'] },
  );
  return ready(app, database, options);
}
