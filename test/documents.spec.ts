import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** Where the paths of a document begin. */
const DOCUMENTS = { 'src/README.md': 'src', 'src/docs/contributing.md': '.' } as const;

/** What stands in backticks and looks like a path: names of rooms alone are none. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, path]) => path!);
  return quoted.filter((path) => /^(\.\.\/)*[\w.-]+\/[\w.-][\w./-]*$/.test(path));
}

describe.each(Object.entries(DOCUMENTS))('%s', (document, from) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const exists = (path: string) =>
    existsSync(join(ROOT, path.startsWith('..') ? dirname(document) : from, path));

  it('names files that exist, and enough of them to be a guide', () => {
    const paths = pathsIn(text);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });
});
