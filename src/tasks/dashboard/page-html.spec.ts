import { describe, expect, it } from 'vitest';
import { apiFrom, baseOf, pageHtml } from './page-html.js';

describe('where the page begins', () => {
  it.each([
    ['/', 0, './'],
    ['/jobs', 1, './'],
    ['/jobs/', 1, '../'],
    ['/jobs/a%2Fb', 2, '../'],
    ['/ops/tasks/jobs/a/edit', 3, '../../'],
    ['/ops/tasks/', 0, './'],
    ['/ops/tasks', 0, './tasks/'],
  ])('%s, of which %i segments are its own: %s', (path, depth, base) => {
    expect(baseOf(path, depth)).toBe(base);
    const where = new URL(base, `http://host${path}`).pathname;
    expect(where).toBe(path.startsWith('/ops') ? '/ops/tasks/' : '/');
  });
});

describe('where the API is', () => {
  it.each([
    ['/', '/scheduler', 'scheduler/'],
    ['/ops', '/scheduler', '../scheduler/'],
    ['/ops/tasks/', '/api/jobs', '../../api/jobs/'],
  ])('from %s to %s: %s', (path, api, relative) => {
    expect(apiFrom({ path, api })).toBe(relative);
  });
});

it('is told to the page without a script', () => {
  const html = pageHtml('<html><head><title>x</title></head></html>', '../', 'scheduler/');
  expect(html).toContain('<base href="../">');
  expect(html).toContain('<meta name="carillon-api" content="scheduler/">');
});
