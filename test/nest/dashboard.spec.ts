/** The page in a host: where it is mounted, who is let in, and what stays with the host. */
import { Controller, Get, Injectable, Module, type INestApplication } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  TasksDashboardModule,
  type TasksDashboardOptions,
} from '../../src/tasks/dashboard/index.js';
import { TasksHttpModule } from '../../src/tasks/http/index.js';
import { TasksTestingModule } from '../../src/tasks/testing/index.js';

@Injectable()
class Secretary {
  readonly word = 'please';
}

/** A guard that needs another provider of the host, as guards of hosts do. */
@Injectable()
class PoliteGuard implements CanActivate {
  constructor(private readonly secretary: Secretary) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return request.headers['x-word'] === this.secretary.word;
  }
}

@Controller()
class HostController {
  @Get('about')
  about(): string {
    return 'about the host';
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

async function serve(
  adapter: keyof typeof ADAPTERS,
  options: Partial<TasksDashboardOptions>,
  globalPrefix?: string,
) {
  @Module({
    imports: [
      TasksTestingModule.forRoot(),
      TasksHttpModule.forRoot({ host: '127.0.0.1', production: false }),
      TasksDashboardModule.forRoot(options),
    ],
    controllers: [HostController],
    providers: [Secretary, PoliteGuard],
  })
  class HostModule {}
  const made = await Test.createTestingModule({ imports: [HostModule] }).compile();
  app = ADAPTERS[adapter](made);
  if (globalPrefix) app.setGlobalPrefix(globalPrefix);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { headers, redirect: 'manual' });
}

describe.each(['Express', 'Fastify'] as const)('on %s', (adapter) => {
  it.each([
    ['/', '', './', 'scheduler/'],
    ['/', 'jobs', './', 'scheduler/'],
    ['/', 'jobs/a%2Fb/edit', '../../', 'scheduler/'],
    ['/ops/tasks', 'runs/7', '../', '../../scheduler/'],
  ])('mounted at %s, "%s" begins at %s and finds the API', async (path, page, base, api) => {
    const get = await serve(adapter, { path });
    const answer = await get(`${path.replace(/\/$/, '')}/${page}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const text = await answer.text();
    expect(text).toContain(`<base href="${base}">`);
    expect(text).toContain(`<meta name="carillon-api" content="${api}">`);
  });

  it('leaves to the host what is no address of the page', async () => {
    const get = await serve(adapter, {});
    expect(await (await get('/about')).text()).toBe('about the host');
    expect((await get('/elsewhere')).status).toBe(404);
    expect((await get('/assets/none.js')).status).toBe(404);
    expect((await get('/assets/..%2Findex.html')).status).toBe(404);
  });

  it('has the right links for whoever leaves the slash out, also below a prefix', async () => {
    const get = await serve(adapter, { path: '/ops' }, 'inner');
    expect(await (await get('/inner/ops')).text()).toContain('<base href="./ops/">');
  });

  it('lets in whom the guards of the host let in', async () => {
    const get = await serve(adapter, { guards: [PoliteGuard] });
    const refused = await get('/jobs');
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      403,
      expect.stringContaining('application/problem+json'),
    ]);
    expect((await get('/assets/none.js')).status).toBe(403);
    expect((await get('/jobs', { 'x-word': 'please' })).status).toBe(200);
  });
});
