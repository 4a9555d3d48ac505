/** A host's own routes stay as they are beside ours. */
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  TasksHealthModule,
  TasksHttpModule,
  type TasksHttpOptions,
} from '../../src/tasks/http/index.js';
import { TasksTestingModule } from '../../src/tasks/testing/index.js';

@Controller()
class HostController {
  @Get('docs')
  docs(): string {
    return 'docs of the host';
  }

  @Get('docs/:page')
  page(): string {
    return 'a page of the host';
  }

  @Get('openapi.json')
  openapi(): object {
    return { of: 'the host' };
  }
}

const ADAPTERS = {
  Express: (made: TestingModule) => made.createNestApplication(),
  Fastify: (made: TestingModule) => made.createNestApplication(new FastifyAdapter()),
} as const;

let app: INestApplication | null = null;

afterEach(async () => {
  await app?.close();
  app = null;
});

async function serve(adapter: keyof typeof ADAPTERS, options: Partial<TasksHttpOptions>) {
  @Module({
    imports: [
      TasksTestingModule.forRoot(),
      TasksHealthModule,
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false, ...options }),
    ],
    controllers: [HostController],
  })
  class HostModule {}
  const made = await Test.createTestingModule({ imports: [HostModule] }).compile();
  app = ADAPTERS[adapter](made);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async (path: string) => (await fetch(url + path)).text();
}

describe.each(['Express', 'Fastify'] as const)('on %s', (adapter) => {
  it.each(['/scheduler', '/internal/tasks'])(
    'docs and openapi.json of a host are its own, and ours are under %s',
    async (prefix) => {
      const get = await serve(adapter, { prefix });
      expect(await get('/docs')).toBe('docs of the host');
      expect(await get('/docs/intro')).toBe('a page of the host');
      expect(await get('/openapi.json')).toBe('{"of":"the host"}');
      expect(await get(`${prefix}/docs`)).toContain('<title>Carillon API</title>');
      const { paths } = JSON.parse(await get(`${prefix}/openapi.json`)) as { paths: object };
      expect(Object.keys(paths)).toContain(`${prefix}/jobs`);
    },
  );
});

it('an application that is there for nothing else has them at its root too', async () => {
  @Module({
    imports: [
      TasksTestingModule.forRoot(),
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false, docs: 'root' }),
    ],
  })
  class AppModule {}
  const made = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = made.createNestApplication();
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  for (const at of ['', '/scheduler']) {
    expect((await fetch(`${url}${at}/docs`)).status).toBe(200);
    const document = (await (await fetch(`${url}${at}/openapi.json`)).json()) as object;
    expect(document).toMatchObject({ paths: { '/scheduler/jobs': {} } });
  }
});
