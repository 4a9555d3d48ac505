import { expect, it } from 'vitest';
import { triggerWords } from './trigger-words.js';

it.each([
  ['every 5 seconds, from 2026-11-27T07:18:06.560Z', 'every 5 seconds'],
  ['at 10:00 (Europe/Berlin)', 'at 10:00'],
  ['at 10:00 (UTC)', 'at 10:00 (UTC)'],
])('%s is %s', (description, words) => {
  expect(triggerWords(description, 'Europe/Berlin')).toBe(words);
});
