/** The library's package, as `npm run pack` leaves it. */
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PACKAGE, PackedPackage } from '../support/packed-host.js';

let carillon: PackedPackage;

beforeAll(async () => {
  carillon = await PackedPackage.make();
});
afterAll(() => carillon.remove());

it('is as publint wants packages', async () => {
  const { messages, pkg } = await publint({ pkgDir: PACKAGE, level: 'suggestion', strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

it('has types that are right, whichever way a host resolves them', async () => {
  const tarball = createPackageFromTarballData(new Uint8Array(readFileSync(carillon.tarball)));
  const analysis = await checkPackage(tarball);
  if (!analysis.types) throw new Error('There are no types.');
  // Each Node that we promise loads ES modules by require().
  const wrong = analysis.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM');
  expect(wrong).toEqual([]);
});

it('holds nothing but the library and its documents, and no maps to what stays here', async () => {
  const files = await carillon.files();
  const page = files.filter((file) => file.startsWith('lib/dashboard/built/'));
  expect(page).toContain('lib/dashboard/built/index.html');
  const documents = files.filter((file) => /^src\/(docs|operations)\//.test(file));
  expect(documents).toContain('src/docs/jobs.md');
  const isText = (file: string) =>
    /(\.(md|png|yml|json|cjs|conf|service)|\/Containerfile)$/.test(file);
  expect(documents.filter((file) => !isText(file))).toEqual([]);
  const others = files.filter((file) => !page.includes(file) && !documents.includes(file));
  expect(others.filter((file) => !/^lib\/[^.]+(\.[a-z-]+)*\.(js|d\.ts)$/.test(file))).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
    'src/tasks/README.md',
  ]);
  expect(files.filter((file) => /\.(spec|map)\b/.test(file))).toEqual([]);
});

it('has a command line that starts by itself', () => {
  const root = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly bin: { readonly carillon: string };
  };
  const bin = join(PACKAGE, root.bin.carillon);
  const { status, stdout } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, `${root.version}\n`]);
});
