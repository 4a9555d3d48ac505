import { describe, expect, it } from 'vitest';
import { SECRET_KEYS } from '../../domain/redact.js';
import { redactAnswer } from './redact-answer.js';

/**
 * So many that a pattern which reads from each of them to the end needs twice the limit (measured: 21 s for
 * the shortest part), while what reads them once needs a thirtieth of it (0.3 s).
 */
const PARTS = 200_000;
const LIMIT_MS = 10_000;

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
    ['{"apiKey": "a b c", "n": 1}', '{"apiKey":"[redacted]","n":1}'],
    ['got {"apiKey": "a b c", "n": 1}', 'got {"apiKey": [redacted], "n": 1}'],
    ["secret: 'x y' and more", 'secret: [redacted] and more'],
    ['url: postgres://me:pw@db/x', 'url: postgres://me:[redacted]@db/x'],
    ['sent Bearer abc.def-1', 'sent Bearer [redacted]'],
    ['12:30:00 done, user=me', '12:30:00 done, user=me'],
    ['Grüße: 👋 token', 'Grüße: 👋 token'],
    ['Server=a;Pwd=s3cret;Database=b', 'Server=a;Pwd=[redacted];Database=b'],
    ['run --password s3cret --verbose', 'run --password [redacted] --verbose'],
    ['run --token=s3cret', 'run --token=[redacted]'],
    ['jwt: s3cret', 'jwt: [redacted]'],
    ['pin = 1234.', 'pin = [redacted]'],
    ['postgres://me:p@s3cret@db:5432/x', 'postgres://me:[redacted]@db:5432/x'],
    ['redis://:s3cret@@cache', 'redis://:[redacted]@cache'],
    ['amqp://me:s3/cret@mq/v', 'amqp://me:[redacted]@mq/v'],
    ['see http://host:3000/users/@me', 'see http://host:3000/users/@me'],
    ['password=s3,cret', 'password=[redacted]'],
    ["password=s3'cret", 'password=[redacted]'],
    ['password=s3@cret&user=me', 'password=[redacted]&user=me'],
    ['"password": "s3\\"cret", n', '"password": [redacted], n'],
    [
      '{"name":"password","value":"s3cret","n":1}',
      '{"name":"password","value":"[redacted]","n":1}',
    ],
    [
      'got {"name": "password", "value": "s3cret"}',
      'got {"name": "password", "value": [redacted]}',
    ],
    ['body "{\\"password\\":\\"s3cret\\"}"', 'body "{\\"password\\":[redacted]}"'],
    ['{"env":[["TOKEN","s3cret"]]}', '{"env":[["TOKEN","[redacted]"]]}'],
    ['id eyJhbGciOi.eyJzdWIiOi.s3cret-x is bad', 'id [redacted] is bad'],
    ['-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----', '[redacted]'],
    ['{"a": 1, "b": [2, 3]}', '{"a": 1, "b": [2, 3]}'],
    ['the name: password was wrong', 'the name: password was wrong'],
  ])('finds the secret in the line "%s"', async (message, expected) => {
    expect(await seen({ message })).toEqual({ message: expected });
  });

  it('finds it in what people say of pauses and changes', async () => {
    const job = { pauseReason: 'rotating password=s3cret', why: { reason: 'Paused: pwd=s3cret' } };
    expect(JSON.stringify(await seen(job))).not.toContain('s3cret');
    expect(await seen({ reason: 'overlapped' })).toEqual({ reason: 'overlapped' });
  });

  it.each([
    '://a:b',
    '--a ',
    'a=,',
    '"a":',
    '"name":"a",',
    'eyJaaaaa.',
    '-----BEGIN PRIVATE KEY-----',
  ])(
    'takes no longer for a text that is made to take long: %s',
    async (part) => {
      const message = part.repeat(PARTS);
      expect(await seen({ message })).toEqual({ message: expect.any(String) as string });
    },
    LIMIT_MS,
  );

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
