/** Who needs which package: said once in package.json, and true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, packageOf, sourceFiles } from './support/source-files.js';

const ROOT = join(import.meta.dirname, '..');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Its files are served, not imported. */
const SERVED = ['swagger-ui-dist'];

describe('the application', () => {
  it('depends on what it imports, and on nothing else', () => {
    const imported = sourceFiles().flatMap((file) => importsOf(file).flatMap(packageOf));
    const needed = new Set([...imported, ...SERVED]);
    expect(Object.keys(manifest.dependencies).toSorted()).toEqual([...needed].toSorted());
  });
});
