import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generate } from 'orval';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Driven } from '../clients/drivers/driven.js';
import { run } from '../support/build.js';
import { KEYS, startHttpApp, type HttpApp } from './http-app.js';

const ROOT = join(import.meta.dirname, '../..');
const MADE = join(ROOT, 'dist/test-clients');
const SOURCES = join(MADE, 'sources');
const GENERATED = join(SOURCES, 'generated');

/** As strict as TypeScript is, on what has been generated too. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    module: 'nodenext',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    skipLibCheck: false,
    rootDir: 'sources',
    outDir: 'compiled',
  },
  include: ['sources'],
};

/** Generating and compiling three clients takes as long as it takes. */
const GENERATION_MS = 240_000;

let http: HttpApp;

beforeAll(async () => {
  http = await startHttpApp({ http: { keys: KEYS, production: true } });
  const admin = { authorization: 'Bearer admin-key' };
  const { text } = await http.call().get('/scheduler/openapi.json').set(admin).expect(200);
  rmSync(MADE, { recursive: true, force: true });
  cpSync(join(ROOT, 'test/clients/drivers'), SOURCES, { recursive: true });
  mkdirSync(GENERATED, { recursive: true });
  const document = join(MADE, 'openapi.json');
  writeFileSync(document, text);
  writeFileSync(join(MADE, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(join(MADE, 'package.json'), '{"type": "module"}');
  // A field with a default may be left out of what is sent.
  const optional = '--default-non-nullable=false';
  await run('openapi-typescript', [document, '-o', join(GENERATED, 'schema.ts'), optional]);
  const api = ['--path', document, '--output', GENERATED, '--name', 'api.ts'];
  await run('swagger-typescript-api', ['generate', ...api]);
  await generate({
    input: document,
    output: { target: join(GENERATED, 'orval.ts'), client: 'fetch', baseUrl: http.url },
  });
}, GENERATION_MS);
afterAll(() => http?.close());

describe('clients that are generated from the description', () => {
  it(
    'compile strictly',
    async () => {
      await run('tsc', ['-p', MADE]);
    },
    GENERATION_MS,
  );

  it.each(['openapi-fetch', 'orval', 'swagger-typescript-api'])(
    'make, read, change, run and remove a job of a live node: %s',
    async (name) => {
      const file = pathToFileURL(join(MADE, 'compiled', `${name}.js`)).href;
      const { drive } = (await import(file)) as {
        drive: (url: string, key: string) => Promise<Driven>;
      };
      expect(await drive(http.url, 'admin-key')).toEqual({
        made: 'active',
        priority: 3,
        outdated: 'revision-conflict',
        found: true,
        removed: 204,
      });
    },
  );
});
