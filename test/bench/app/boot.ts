import { Controller, Get, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/**
 * What `nest new` makes, and the same with one thing more: `WITH=typeorm` connects to the database, `WITH=carillon`
 * is a node of the cluster. It says `ready` once it can be used.
 */
@Controller()
class HelloController {
  @Get()
  hello(): string {
    return 'Hello World!';
  }
}

@Module({ controllers: [HelloController] })
class HelloModule {}

const url = process.env['DATABASE_URL'] ?? '';
const more = process.env['WITH'];

async function modules(): Promise<DynamicModule[]> {
  if (more === 'typeorm') {
    const { TypeOrmModule } = await import('@nestjs/typeorm');
    return [TypeOrmModule.forRoot({ type: 'postgres', url, entities: [] })];
  }
  if (more !== 'carillon') return [];
  const { TasksModule } = await import('carillon');
  return [TasksModule.forRoot({ databaseUrl: url })];
}

const app = await NestFactory.create(
  { module: HelloModule, imports: await modules() },
  { logger: ['error'] },
);
await app.listen(0);
if (more === 'carillon') {
  const { NodeStatus } = await import('carillon');
  const status = app.get(NodeStatus);
  while (status.notReady !== null) await new Promise((again) => setTimeout(again, 1));
}
console.log('ready');
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
