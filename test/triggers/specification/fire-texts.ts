import type { Trigger } from '../../../src/tasks/triggers/trigger.js';

/**
 * The first fire times after an instant, as the tables write them: `2026-01-01 09:00`, with seconds
 * only where there are any. As many as are expected, and one more if fewer than three are.
 */
export function fireTexts(trigger: Trigger, after: Date, expected: string): string {
  const most = Math.max(expected.split(', ').length, 3);
  const texts: string[] = [];
  for (let at = trigger.next(after); at && texts.length < most; at = trigger.next(at)) {
    texts.push(utcText(at));
  }
  return texts.join(', ') || 'never';
}

export function utcText(at: Date): string {
  return at
    .toISOString()
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$|Z$/, '');
}
