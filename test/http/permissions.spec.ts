import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';
import { servedRoutes, type ServedRoute } from './served-routes.js';

/** Who may do what: the whole of it. */
const MATRIX = {
  'get /health/live': 'anyone',
  'get /health/ready': 'anyone',
  'get /scheduler/openapi.json': 'viewer',
  'get /scheduler/docs': 'anyone',
  'get /scheduler/docs/:asset': 'anyone',
  'get /scheduler': 'viewer',
  'get /scheduler/tasks': 'viewer',
  'get /scheduler/problems': 'viewer',
  'get /scheduler/settings': 'viewer',
  'get /scheduler/stats': 'viewer',
  'get /scheduler/stats/jobs': 'viewer',
  'get /scheduler/stats/series': 'viewer',
  'get /scheduler/jobs': 'viewer',
  'get /scheduler/jobs/:id': 'viewer',
  'get /scheduler/jobs/:id/fire-times': 'viewer',
  'get /scheduler/jobs/:id/runs': 'viewer',
  'get /scheduler/fire-times': 'viewer',
  'get /scheduler/forecast': 'viewer',
  'get /scheduler/runs': 'viewer',
  'get /scheduler/runs/:id': 'viewer',
  'get /scheduler/runs/:id/logs': 'viewer',
  'get /scheduler/nodes': 'viewer',
  'get /scheduler/leader': 'viewer',
  'get /scheduler/audit': 'viewer',
  'get /scheduler/events': 'viewer',
  'get /scheduler/capabilities': 'viewer',
  'post /scheduler/triggers/preview': 'viewer',
  'post /scheduler/pause': 'operator',
  'post /scheduler/resume': 'operator',
  'post /scheduler/jobs/:id/pause': 'operator',
  'post /scheduler/jobs/:id/resume': 'operator',
  'post /scheduler/jobs/:id/run': 'operator',
  'post /scheduler/jobs/:id/runs': 'operator',
  'post /scheduler/jobs/:id/backfill': 'operator',
  'post /scheduler/jobs/bulk': 'operator',
  'post /scheduler/runs/:id/cancel': 'operator',
  'post /scheduler/runs/:id/retry': 'operator',
  'post /scheduler/jobs': 'admin',
  'put /scheduler/jobs/:id': 'admin',
  'patch /scheduler/jobs/:id': 'admin',
  'delete /scheduler/jobs/:id': 'admin',
  'post /scheduler/jobs/:id/reset': 'admin',
  'post /scheduler/start': 'admin',
  'post /scheduler/shutdown': 'admin',
  'post /scheduler/nodes/:id/drain': 'admin',
  'post /scheduler/leader/resign': 'admin',
  'post /scheduler/session': 'anyone',
  'delete /scheduler/session': 'anyone',
} as const satisfies Record<string, 'anyone' | 'viewer' | 'operator' | 'admin'>;

const CALLERS = ['anyone', 'viewer', 'operator', 'admin'] as const;

let http: HttpApp<NestExpressApplication>;
let routes: readonly ServedRoute[];

beforeAll(async () => {
  http = await startHttpApp({ http: { keys: KEYS, production: true, host: '0.0.0.0' } });
  routes = servedRoutes(http.app);
});
afterAll(() => http?.close());

/** A body that nobody wants: whoever is let in is told so, and nothing changes. */
const UNWANTED = { unwanted: true };

async function statusFor(route: string, caller: (typeof CALLERS)[number]): Promise<number> {
  const [method = '', path = ''] = route.split(' ');
  const aborted = new AbortController();
  const answer = await fetch(http.url + path.replace(/:\w+/, 'none'), {
    method: method.toUpperCase(),
    signal: aborted.signal,
    headers: {
      ...(method !== 'get' && { 'content-type': 'application/json' }),
      ...(caller !== 'anyone' && { authorization: `Bearer ${caller}-key` }),
    },
    ...(method !== 'get' && { body: JSON.stringify(UNWANTED) }),
  });
  aborted.abort();
  return answer.status;
}

describe('who may do what', () => {
  it('is said here for every route that is served, and for no other', () => {
    const served = routes.map(({ method, path }) => `${method} ${path}`);
    expect(served.toSorted()).toEqual(Object.keys(MATRIX).toSorted());
  });

  it.each(Object.entries(MATRIX))('%s is for %s', async (route, needed) => {
    for (const caller of CALLERS) {
      const status = await statusFor(route, caller);
      const mayCall = CALLERS.indexOf(caller) >= CALLERS.indexOf(needed);
      const expected = mayCall ? 'let in' : caller === 'anyone' ? 401 : 403;
      const isRefusal = [401, 403].includes(status) && !(needed === 'anyone' && status === 401);
      expect(`${caller}: ${isRefusal ? status : 'let in'}`).toBe(`${caller}: ${expected}`);
    }
  });

  it.each([
    ['HEAD', '/scheduler/jobs'],
    ['GET', '/SCHEDULER/Jobs'],
    ['GET', '/scheduler/jobs/'],
    ['GET', '/scheduler/%6aobs'],
    ['GET', '/scheduler//jobs'],
    ['GET', '/health/../scheduler/jobs'],
    ['GET', '/scheduler/jobs?health/live'],
    ['GET', '/scheduler/jobs;/health/live'],
  ])('is not changed by writing it otherwise: %s %s', async (method, path) => {
    const request = http.call();
    const { status } = await (method === 'HEAD' ? request.head(path) : request.get(path));
    expect([401, 404]).toContain(status);
  });
});
