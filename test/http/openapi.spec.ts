import type { NestExpressApplication } from '@nestjs/platform-express';
import { format } from 'oxfmt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostDocs } from './host-docs.js';
import { startHttpApp, type HttpApp } from './http-app.js';
import { servedRoutes } from './served-routes.js';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Record<string, unknown>;
  readonly requestBody?: { readonly content: Record<string, { schema: unknown }> };
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Record<string, Record<string, unknown>>;
}

/** What describes the others is not described. */
const ABOUT_ITSELF = /\/(openapi\.json|docs)\b/;

let http: HttpApp<NestExpressApplication>;
let document: Document;

beforeAll(async () => {
  http = await startHttpApp({ controllers: [HostDocs] });
  document = (await http.call().get('/scheduler/openapi.json').expect(200)).body as Document;
});
afterAll(() => http?.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the description of the API', () => {
  it('is the one in the repository: see what a change does to those who use the API', async () => {
    const { code } = await format('openapi.json', JSON.stringify(document), { printWidth: 100 });
    await expect(code).toMatchFileSnapshot('openapi.json');
  });

  it('describes every route that is served under the prefix, and no other', () => {
    const described = operations().map(({ path, method }) => `${method} ${path}`);
    const served = servedRoutes(http.app)
      .map(({ path, method }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      .filter((route) => route.includes('/scheduler') && !ABOUT_ITSELF.test(route));
    expect(described.toSorted()).toEqual(served.toSorted());
  });

  it('refers to nothing that it does not hold', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, ref]) => ref!,
    );
    expect(refs.length).toBeGreaterThan(100);
    const held = (ref: string) => {
      const [, , kind = '', name = ''] = ref.split('/');
      return ref.startsWith('#/components/') && document.components[kind]?.[name] !== undefined;
    };
    expect([...new Set(refs)].filter((ref) => !held(ref))).toEqual([]);
  });

  it('uses every schema that it holds', () => {
    const text = JSON.stringify(document);
    const unused = Object.keys(document.components['schemas']!).filter(
      (name) => !text.includes(`"#/components/schemas/${name}"`),
    );
    expect(unused).toEqual([]);
  });

  it('names each operation once, and each parameter of its path', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
    }
  });

  it('says for each operation what a good and a refused request are answered with', () => {
    for (const { operation } of operations()) {
      const statuses = Object.keys(operation.responses).map(Number);
      expect(statuses.some((status) => status < 300)).toBe(true);
      expect(statuses.some((status) => status >= 400)).toBe(true);
    }
  });

  it('holds no reference to a schema of its own making', () => {
    expect(JSON.stringify(document)).not.toMatch(/__schema|\$defs|"~standard"/);
    expect(document.openapi).toBe('3.1.0');
  });
});

describe('the documentation', () => {
  it('is a page whose links lead to what is served, wherever it is asked for', async () => {
    for (const path of ['/scheduler/docs', '/scheduler/docs/']) {
      const { text, headers } = await http.call().get(path).expect(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      const links = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link!);
      expect(links).toHaveLength(5);
      for (const link of links) {
        const { pathname } = new URL(link, http.url + path);
        expect(`${(await http.call().get(pathname)).status} ${pathname}`).toBe(`200 ${pathname}`);
      }
    }
  });

  it.each(['/docs', '/openapi.json'])('leaves %s to the host', async (path) => {
    expect((await http.call().get(path).expect(200)).text).toBe('of the host');
  });

  it('runs no script but its own, and serves no other file', async () => {
    const { text, headers } = await http.call().get('/scheduler/docs').expect(200);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(text).not.toMatch(/<script>|\son\w+=/);
    for (const name of ['package.json', '..%2f..%2fpackage.json', '__proto__', 'constructor']) {
      await http.call().get(`/scheduler/docs/${name}`).expect(404);
    }
  });

  it('works under a prefix that the host gives to all of its routes', async () => {
    const prefixed = await startHttpApp({ globalPrefix: 'host' });
    try {
      await prefixed.call().get('/host/scheduler/jobs').expect(200);
      const { text } = await prefixed.call().get('/host/scheduler/docs').expect(200);
      const [, link = ''] = /describedby" href="([^"]+)"/.exec(text) ?? [];
      await prefixed.call().get(new URL(link, 'http://x/host/scheduler/docs').pathname).expect(200);
      const { body } = await prefixed.call().get('/host/scheduler/openapi.json').expect(200);
      expect(Object.keys((body as Document).paths)).toContain('/host/scheduler/jobs');
      const created = await prefixed
        .call()
        .post('/host/scheduler/jobs')
        .send({ id: 'a', task: 'reports.daily', trigger: { type: 'interval', hours: 1 } });
      expect(created.headers['location']).toBe('/host/scheduler/jobs/a');
    } finally {
      await prefixed.close();
    }
  });
});
