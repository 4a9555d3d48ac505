import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TasksModule } from 'carillon';
import { TasksDashboardModule } from 'carillon/dashboard';
import { parseApiKey, TasksHttpModule, type ApiKey } from 'carillon/http';
import { ShopTasks } from './shop.tasks.js';

/** A host of its own that mounts the page where it wishes. */
const { DATABASE_URL = '', PORT = '0', NODE_NAME = 'node', KEYS = '', AT = '/' } = process.env;

const keys = KEYS.split(',').flatMap((entry): ApiKey[] => {
  const key = parseApiKey(entry);
  return key ? [key] : [];
});

@Module({
  imports: [
    TasksModule.forRoot({ databaseUrl: DATABASE_URL, nodeName: NODE_NAME, version: '2.14.0' }),
    TasksHttpModule.forRoot({ host: '127.0.0.1', production: false, keys }),
    TasksDashboardModule.forRoot({ path: AT }),
  ],
  providers: [ShopTasks],
})
class ShopModule {}

const app = await NestFactory.create(ShopModule, {
  forceCloseConnections: true,
  logger: ['error', 'warn'],
});
app.enableShutdownHooks();
await app.listen(Number(PORT), '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}`);
