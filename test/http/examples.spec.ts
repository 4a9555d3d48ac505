import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API_CONTROLLERS } from '../../src/tasks/http/api-controllers.js';
import type { Example } from '../../src/tasks/http/protocol/operation.decorator.js';
import { routesOf, type Route } from '../../src/tasks/http/routes/routes.js';
import { startHttpApp, type HttpApp } from './http-app.js';
import { documentedAnswer, type OpenApi } from './openapi-answers.js';
import { World } from './world.js';

const routes = (API_CONTROLLERS as readonly Type[]).flatMap(routesOf);
const examples = routes.flatMap((route) =>
  (route.operation?.examples ?? []).map((example) => ({
    name: `${route.method.toUpperCase()} ${route.path}: ${example.title} (${example.status})`,
    route,
    example,
  })),
);

let http: HttpApp<NestExpressApplication>;
let world: World;
let document: OpenApi;

beforeAll(async () => {
  http = await startHttpApp();
  world = new World(http);
  await world.prepare();
  document = (await http.call().get('/scheduler/openapi.json').expect(200)).body as OpenApi;
});
afterAll(() => http?.close());
beforeEach(() => world.restore());

async function send({ method, path }: Route, { params = {}, query, headers, body }: Example) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(world.idOf(params[name] ?? name)),
  );
  const url = `/scheduler${filled === '/' ? '' : filled}`;
  const request = http
    .call()
    [method](url)
    .query(query ?? {})
    .set(headers ?? {});
  return body === undefined ? request : request.send(body as object);
}

describe('each example of the description', () => {
  it.each(examples)('$name', async ({ route, example }) => {
    const answer = await send(route, example);
    expect([answer.status, answer.status < 500 ? null : answer.text]).toEqual([
      example.status,
      null,
    ]);
    const path = `/scheduler${route.path === '/' ? '' : route.path}`;
    const schema = documentedAnswer(document, path, route.method, answer.status);
    if (schema === null) expect(answer.text).toBe('');
    else expect(schema.safeParse(answer.body).error?.issues).toBeUndefined();
    for (const name of route.operation?.gives ?? []) {
      if (answer.status < 300) expect(answer.headers[name.toLowerCase()]).toBeTruthy();
    }
  });
});

describe('the description', () => {
  it('shows an example of every route but the stream', () => {
    const without = routes.filter(({ operation }) => !operation?.examples?.length);
    expect(without.map(({ id }) => id)).toEqual(['Events.listen']);
  });
});
