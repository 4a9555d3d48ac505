import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootFolder } from './chaos/root-folder.js';

type Build = (root: string, ifChanged: boolean, run: (step: readonly string[]) => number) => number;

/** It is no TypeScript: it runs before anything is built. */
const script = pathToFileURL(join(rootFolder(), 'src/build.mjs')).href;
const { build } = (await import(script)) as { readonly build: Build };

let folder: string;
let isBroken: boolean;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-build-'));
  isBroken = false;
  write('package.json', '{}');
  write('src/main.ts', 'one');
  write('src/tasks/dashboard/page/page.tsx', 'one');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const LEAVES: Readonly<Record<string, string>> = {
  'nest.js': 'dist/main.js',
  'vite.js': 'dist/tasks/dashboard/built/index.html',
};

/** What it builds, and its exit code. */
function made(ifChanged: boolean) {
  const built: string[] = [];
  const status = build(folder, ifChanged, ([tool]) => {
    const name = tool!.split('/').at(-1)!;
    built.push(name);
    if (isBroken) return 3;
    write(LEAVES[name]!, '');
    return 0;
  });
  return { built, status };
}

const BOTH = Object.keys(LEAVES);

describe('npm start', () => {
  const start = () => made(true);

  it('builds the server and the page the first time, and nothing the second time', () => {
    expect(start()).toEqual({ built: BOTH, status: 0 });
    expect(start()).toEqual({ built: [], status: 0 });
  });

  it('builds nothing after `npm run build`, which always builds', () => {
    expect(made(false).built).toEqual(BOTH);
    expect(start().built).toEqual([]);
    expect(made(false).built).toEqual(BOTH);
  });

  it.each<[string, () => void]>([
    ['a source has changed', () => appendFileSync(join(folder, 'src/main.ts'), 'two')],
    ['a source is new', () => write('src/new.ts', '')],
    ['a source is gone', () => rmSync(join(folder, 'src/tasks/dashboard/page/page.tsx'))],
    ['a source has come back from long ago', () => utimesSync(join(folder, 'src/main.ts'), 1, 1)],
    ['another package was installed', () => write('package-lock.json', '{}')],
    ['what was built is gone', () => rmSync(join(folder, 'dist/main.js'))],
  ])('builds again where %s', (_, change) => {
    start();
    change();
    expect(start().built).toEqual(BOTH);
    expect(start().built).toEqual([]);
  });

  it('does not start what could not be built, and tries again', () => {
    start();
    isBroken = true;
    write('src/main.ts', 'wrong');
    expect(start()).toEqual({ built: BOTH.slice(0, 1), status: 3 });
    isBroken = false;
    expect(start()).toEqual({ built: BOTH, status: 0 });
  });
});
