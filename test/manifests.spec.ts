/** Who needs which package: said once in package.json, and true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { libraryManifest, PEERS, type RootManifest } from './package/library-manifest.js';
import { libraryImports } from './package/make-package.js';
import { importsOf, isOfPage, packageOf, sourceFiles } from './support/source-files.js';

const ROOT = join(import.meta.dirname, '..');

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const root = read('package.json') as RootManifest;
const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Locked>> };

/** Its files are served, not imported. */
const SERVED = 'swagger-ui-dist';

describe('the application', () => {
  it('depends on what it imports, and on nothing else', () => {
    const server = sourceFiles().filter((file) => !isOfPage(file));
    const imported = server.flatMap((file) => importsOf(file).flatMap(packageOf));
    const needed = new Set([...imported, SERVED]);
    expect(Object.keys(root.dependencies).toSorted()).toEqual([...needed].toSorted());
  });
});

describe('the library', () => {
  const library = libraryManifest(root, libraryImports());

  it('brings along what it imports and a host does not have, and nothing else', () => {
    const needed = new Set(libraryImports().filter((name) => !(name in PEERS)));
    expect(Object.keys(library.dependencies)).toEqual([...needed].toSorted());
    expect([...needed].toSorted()).toEqual(['@nestjs/terminus', 'cron', 'piscina', 'zod']);
  });

  it('has no peer that it does not import, but what is served', () => {
    const needed = new Set([...libraryImports(), SERVED]);
    expect(Object.keys(library.peerDependencies).filter((peer) => !needed.has(peer))).toEqual([]);
  });

  it('runs no script when it is installed, nor does what it brings along', () => {
    const seen = new Set<string>();
    const follow = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const { dependencies, optionalDependencies } = packages[`node_modules/${name}`] ?? {};
      Object.keys({ ...dependencies, ...optionalDependencies }).forEach(follow);
    };
    Object.keys(library.dependencies).forEach(follow);
    expect(library).not.toHaveProperty('scripts');
    expect([...seen].filter((name) => packages[`node_modules/${name}`]?.hasInstallScript)).toEqual(
      [],
    );
  });

  it('needs the Node that the application needs', () => {
    expect(library.engines).toEqual({ node: '^20.19 || ^22.13 || >=24.11' });
  });
});
