import { expect, it } from 'vitest';
import { changesOf, NEW } from './draft.js';

it('sends only what has been changed', () => {
  const after = { ...NEW, name: 'Report', trigger: { type: 'date', at: '2027-01-01' } as const };
  expect(changesOf(NEW, after)).toEqual({ name: 'Report', trigger: after.trigger });
  expect(changesOf(NEW, { ...NEW, tags: [] })).toEqual({});
});
