import { describe, expect, it } from 'vitest';
import { SECRET_KEYS } from '../../domain/redact.js';
import { redactAnswer } from './redact-answer.js';

const seen = (answer: unknown) => redactAnswer(answer, SECRET_KEYS);

describe('redactAnswer', () => {
  it('blots out what stands under the key of a secret, however deep', async () => {
    expect(await seen({ payload: { db: [{ user: 'u', password: 'p' }] } })).toEqual({
      payload: { db: [{ user: 'u', password: '[redacted]' }] },
    });
  });

  it('leaves what is ours alone, although it may be called alike', async () => {
    const run = { id: '7', fencingToken: 4, trigger: { type: 'interval', seconds: 5 } };
    expect(await seen(run)).toEqual(run);
  });

  it('writes instants as they are sent', async () => {
    const at = new Date('2026-11-23T08:00:00.000Z');
    expect(await seen({ items: [{ at }] })).toEqual({
      items: [{ at: '2026-11-23T08:00:00.000Z' }],
    });
    expect(await seen(undefined)).toBeUndefined();
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
  ])('finds the secret in the line "%s"', async (message, expected) => {
    expect(await seen({ message })).toEqual({ message: expected });
  });

  it('reads a long text in one go', async () => {
    const message = 'a'.repeat(100_000) + ': '.repeat(100_000);
    expect(await seen({ message })).toEqual({ message });
  });

  it('goes through a long list in slices, between which the event loop turns', async () => {
    const message = 'a line with a token=abc, and more of it '.repeat(100);
    const items = Array.from({ length: 200 }, (_, n) => ({ id: String(n), message }));
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const answer = (await seen({ items, nextCursor: null })) as { items: unknown[] };
    isOver = true;
    expect(turns).toBeGreaterThan(10);
    expect(answer.items).toHaveLength(200);
    expect(answer).toMatchObject({ nextCursor: null });
    expect(JSON.stringify(answer)).not.toContain('abc');
  });
});
