import { expect, it } from 'vitest';
import { substituteName } from './settle.js';

it('names a substitute after the project, with a hash of its path', () => {
  expect(substituteName('/root/carillon/.data')).toMatch(/^carillon-[0-9a-f]{8}$/);
});

it('gives two clones of one name two substitutes, always the same', () => {
  const [a, b] = ['/root/a/carillon/.data', '/root/b/carillon/.data'];
  expect(substituteName(a)).not.toBe(substituteName(b));
  expect(substituteName(a)).toBe(substituteName(a));
});
