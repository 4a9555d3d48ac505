import { describe, expect, it } from 'vitest';
import { redacted, SECRET_KEYS } from './redact.js';

const byDefault = (json: unknown) => redacted(json, SECRET_KEYS);

describe('redacted', () => {
  it.each([
    'password',
    'dbPasswd',
    'passwordHash',
    'pass',
    'clientSecret',
    'access_token',
    'refreshToken',
    'apiKey',
    'X-Api-Key',
    'api_key',
    'privateKey',
    'Authorization',
    'Set-Cookie',
    'jwt',
    'idJwt',
    'Pwd',
    'dbPwd',
    'pin',
    'cardPin',
    'user_pin',
    'OTP',
    'passcode',
    'accessKey',
    'aws_access_key_id',
    'credentials',
    'sessionId',
    'connectionString',
    'DSN',
  ])('hides what stands under %s', (key) => {
    expect(byDefault({ [key]: 'x' })).toEqual({ [key]: '[redacted]' });
  });

  it.each(
    ['passed', 'passengers', 'key', 'author', 'keys', 'name'].concat([
      'pinned',
      'shipping',
      'Pinterest',
      'spin',
      'residence',
      'side',
      'monkey',
    ]),
  )('shows %s', (key) => {
    expect(byDefault({ [key]: 7 })).toEqual({ [key]: 7 });
  });

  it('hides it however deep, and whatever it is', () => {
    expect(byDefault([{ a: { token: { id: 1 }, list: [{ cookie: null }] } }])).toEqual([
      { a: { token: '[redacted]', list: [{ cookie: '[redacted]' }] } },
    ]);
  });

  it('hides what another field, or what stands before it, says is a secret', () => {
    expect(
      byDefault([
        { name: 'password', value: 'x', n: 1 },
        { name: 'user', value: 'u' },
      ]),
    ).toEqual([
      { name: 'password', value: '[redacted]', n: 1 },
      { name: 'user', value: 'u' },
    ]);
    expect(byDefault({ Key: 'API_KEY', Value: ['a', 'b'] })).toMatchObject({ Value: '[redacted]' });
    expect(
      byDefault({
        headers: [
          ['Cookie', 'a=b'],
          ['Accept', 'x'],
        ],
      }),
    ).toEqual({
      headers: [
        ['Cookie', '[redacted]'],
        ['Accept', 'x'],
      ],
    });
    expect(byDefault(['run', '--password', 'x', '--verbose', '--token', '-n', '3'])).toEqual([
      'run',
      '--password',
      '[redacted]',
      '--verbose',
      '--token',
      '-n',
      '3',
    ]);
    expect(byDefault(['lost the password', 'again'])).toEqual(['lost the password', 'again']);
  });

  it('leaves what has no keys', () => {
    expect([null, 7, 'a password', true].map(byDefault)).toEqual([null, 7, 'a password', true]);
  });

  it('goes by the patterns that it is given, whatever their flags', () => {
    const pins = { pin: 1, pins: [{ pin: 2 }, { pin: 3 }], token: 4 };
    expect(redacted(pins, [/^pin$/g])).toEqual({
      pin: '[redacted]',
      pins: [{ pin: '[redacted]' }, { pin: '[redacted]' }],
      token: 4,
    });
    expect(redacted(pins, [])).toBe(pins);
  });

  it('keeps keys that mean something to JavaScript', () => {
    const json: unknown = JSON.parse('{"__proto__": {"token": 1}}');
    expect(JSON.stringify(byDefault(json))).toBe('{"__proto__":{"token":"[redacted]"}}');
  });
});
