import { expect, it } from 'vitest';
import { steady } from './use-steady.js';

it('keeps the order, whatever has changed places or comes before', () => {
  expect(steady(['a', 'b', 'c'], ['new', 'c', 'a', 'b'])).toEqual(['a', 'b', 'c']);
});

it('adds what comes after, as another page does', () => {
  expect(steady(['a', 'b'], ['b', 'a', 'c', 'd'])).toEqual(['a', 'b', 'c', 'd']);
});
