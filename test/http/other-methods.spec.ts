import type { Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_CONTROLLERS } from '../../src/tasks/http/api-controllers.js';
import { routesOf } from '../../src/tasks/http/routes/routes.js';
import { startFastifyApp } from './fastify-app.js';
import { startHttpApp, type HttpApp } from './http-app.js';
import { sendRaw } from './raw-request.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Every path, and the methods that its routes have; those of `jobs/{id}` hold for `jobs/bulk` too. */
const PATHS = (() => {
  const paths = new Map([
    ['/health/live', ['GET']],
    ['/scheduler/openapi.json', ['GET']],
    ['/scheduler/docs', ['GET']],
    ['/scheduler/docs/start.js', ['GET']],
  ]);
  for (const { path, method } of (API_CONTROLLERS as readonly Type[]).flatMap(routesOf)) {
    const full = `/scheduler${path === '/' ? '' : path}`.replace('{id}', 'none');
    paths.set(full, [...(paths.get(full) ?? []), method.toUpperCase()]);
  }
  const bulk = paths.get('/scheduler/jobs/bulk')!;
  paths.set('/scheduler/jobs/bulk', [...bulk, ...paths.get('/scheduler/jobs/none')!]);
  return [...paths].map(([path, methods]) => {
    const given = methods.includes('GET') ? ['HEAD', ...methods] : methods;
    return { path, allowed: [...given, 'OPTIONS'].toSorted() };
  });
})();

describe.each([
  ['Express', startHttpApp],
  ['Fastify', startFastifyApp],
])('on %s', (_, start) => {
  let http: HttpApp;
  beforeAll(async () => {
    http = await start({});
  });
  afterAll(() => http?.close());

  const allowOf = (headers: object) =>
    String((headers as { allow?: string }).allow)
      .split(', ')
      .toSorted();

  it.each(PATHS)('$path takes $allowed and refuses the others', async ({ path, allowed }) => {
    const asked = await sendRaw(http.url, { method: 'OPTIONS', path });
    expect([asked.status, asked.text, allowOf(asked.headers)]).toEqual([204, '', allowed]);
    expect(asked.headers).toMatchObject({ 'cache-control': 'no-store' });
    for (const method of METHODS.filter((one) => !allowed.includes(one))) {
      const { status, headers, text } = await sendRaw(http.url, { method, path });
      expect([method, status, allowOf(headers)]).toEqual([method, 405, allowed]);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      if (method === 'HEAD') continue;
      expect(JSON.parse(text)).toMatchObject({ status: 405, code: 'method-not-allowed' });
    }
  });

  it.each(['/scheduler/nothing', '/nothing'])('%s is still no path at all', async (path) => {
    for (const method of METHODS) {
      expect((await sendRaw(http.url, { method, path })).status).toBe(404);
    }
  });
});
