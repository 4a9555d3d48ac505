import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

const LINKED = [
  'README.md',
  'src/tasks/README.md',
  ...readdirSync(join(ROOT, 'src/docs')).flatMap((name) =>
    name.endsWith('.md') ? [`src/docs/${name}`] : [],
  ),
];

/** Where links and pictures of a text lead to, but for other sites. */
function linksIn(text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)];
  return links.map(([, link, source]) => (link ?? source)!).filter((to) => !/^\w+:/.test(to));
}

/** The names that headings have as targets of links. */
const anchorsIn = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe.each(LINKED)('%s', (document) => {
  it('leads to what is there', () => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const lost = linksIn(text).filter((to) => {
      const [path, anchor] = to.split('#') as [string, string?];
      const target = path === '' ? join(ROOT, document) : join(ROOT, dirname(document), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsIn(readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(lost).toEqual([]);
  });
});

describe('README.md', () => {
  it('can be read at once', () => {
    const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n');
    expect(lines.length).toBeLessThanOrEqual(151);
  });
});
