import { describe, expect, it } from 'vitest';
import { SECRET_KEYS } from '../../domain/redact.js';
import { redactAnswer } from './redact-answer.js';

const seen = (answer: unknown) => redactAnswer(answer, SECRET_KEYS);

describe('redactAnswer', () => {
  it('blots out what stands under the key of a secret, however deep', () => {
    expect(seen({ payload: { db: [{ user: 'u', password: 'p' }] } })).toEqual({
      payload: { db: [{ user: 'u', password: '[redacted]' }] },
    });
  });

  it('leaves what is ours alone, although it may be called alike', () => {
    const run = { id: '7', fencingToken: 4, trigger: { type: 'interval', seconds: 5 } };
    expect(seen(run)).toEqual(run);
  });

  it('writes instants as they are sent', () => {
    const at = new Date('2026-11-23T08:00:00.000Z');
    expect(seen({ items: [{ at }] })).toEqual({ items: [{ at: '2026-11-23T08:00:00.000Z' }] });
    expect(seen(undefined)).toBeUndefined();
  });

  it.each([
    ['password=hunter2', 'password=[redacted]'],
    ['refused: token=abc, retry', 'refused: token=[redacted], retry'],
    ['{"apiKey": "a b c", "n": 1}', '{"apiKey": [redacted], "n": 1}'],
    ["secret: 'x y' and more", 'secret: [redacted] and more'],
    ['url: postgres://me:pw@db/x', 'url: postgres://me:[redacted]@db/x'],
    ['sent Bearer abc.def-1', 'sent Bearer [redacted]'],
    ['12:30:00 done, user=me', '12:30:00 done, user=me'],
    ['Grüße: 👋 token', 'Grüße: 👋 token'],
  ])('finds the secret in the line "%s"', (message, expected) => {
    expect(seen({ message })).toEqual({ message: expected });
  });

  it('reads a long text in one go', () => {
    const message = 'a'.repeat(100_000) + ': '.repeat(100_000);
    expect(seen({ message })).toEqual({ message });
  });
});
