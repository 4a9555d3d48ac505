import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { decideAccess, type AccessPolicy, type AccessRequest } from './access.js';
import type { ApiKey, ApiRole } from '../api-key.js';
import type { Caller } from './caller.js';
import type { Requirement } from './requires.decorator.js';

const key = (role: ApiRole): ApiKey => ({
  name: `the ${role}`,
  role,
  sha256: createHash('sha256').update(`${role}-secret`).digest('hex'),
});
const keys = [key('viewer'), key('operator'), key('admin')];

const help = { keyHelp: 'Give it a key.', openHelp: 'Or open it.' };
const open: AccessPolicy = { production: false, host: '127.0.0.1', keys: [], ...help };
const keyed: AccessPolicy = { production: true, host: '0.0.0.0', keys, ...help };

const local = { host: 'localhost:3000' };
const bearer = (secret: string) => ({ host: 'api.example', authorization: `Bearer ${secret}` });

const ask = (
  policy: AccessPolicy,
  headers: IncomingHttpHeaders,
  required: Requirement | undefined = 'viewer',
  more: Partial<AccessRequest> = {},
) => decideAccess(policy, { headers, changes: false, session: null, ...more }, required);

const status = (...asked: Parameters<typeof ask>) => {
  const decision = ask(...asked);
  return 'refusal' in decision ? decision.refusal.status : 200;
};

const codeOf = (...asked: Parameters<typeof ask>) => {
  const decision = ask(...asked);
  return 'refusal' in decision ? decision.refusal.code : null;
};

describe('a handler that declares no role', () => {
  it('is closed to everybody', () => {
    const undeclared = (policy: AccessPolicy, headers: IncomingHttpHeaders) =>
      decideAccess(policy, { headers, changes: false, session: null }, undefined);
    expect(undeclared(open, local)).toMatchObject({ refusal: { code: 'no-role' } });
    expect(undeclared(keyed, bearer('admin-secret'))).toMatchObject({
      refusal: { code: 'no-role' },
    });
  });
});

describe('the reason of a refusal', () => {
  const detail = (...asked: Parameters<typeof ask>) => {
    const decision = ask(...asked);
    return 'refusal' in decision ? decision.refusal.detail : null;
  };
  const none = 'No API key is configured, and';

  it.each([
    [
      'in production',
      { ...open, production: true },
      local,
      'this is served as in production, where a key is always needed. Give it a key. Or open it.',
    ],
    [
      'where nobody said what it listens on',
      { ...open, host: '' },
      local,
      'it is not known whether the server listens on this machine alone. Give it a key. Or open it.',
    ],
    [
      'on every address',
      { ...open, host: '0.0.0.0' },
      local,
      'the server listens on 0.0.0.0, where others can reach it. Give it a key. Or open it.',
    ],
    [
      'behind a proxy',
      open,
      { ...local, 'x-forwarded-for': '10.0.0.7' },
      'the request came through a proxy, so it may come from anywhere. Give it a key.',
    ],
  ])('is the true one %s, with the remedy', (_where, policy, headers, why) => {
    expect(detail(policy, headers)).toBe(`${none} ${why}`);
  });

  it('of a key says whether there is any', () => {
    expect(detail(keyed, bearer('guess'))).toContain('Send one that is configured');
    expect(detail(open, bearer('guess'))).toMatch(/none is configured\. Give it a key\.$/);
    expect(detail(keyed, local)).toContain('Sign in with an API key');
  });
});

describe('without a credential', () => {
  it.each([
    ['on this machine, outside production', open, 200],
    ['listening on localhost', { ...open, host: 'localhost' }, 200],
    ['listening on ::1', { ...open, host: '::1' }, 200],
    ['listening on every address', { ...open, host: '0.0.0.0' }, 401],
    ['listening on every IPv6 address', { ...open, host: '::' }, 401],
    [
      'listening on a name that only begins like loopback',
      { ...open, host: '127.evil.example' },
      401,
    ],
    ['listening nobody knows where', { ...open, host: '' }, 401],
    ['in production', { ...open, production: true }, 401],
    ['where keys are configured', { ...open, keys }, 401],
  ] as const)('%s', (_, policy, expected) => {
    expect(status(policy, local, 'admin')).toBe(expected);
  });

  it.each([
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-anything',
    'x-real-ip',
    'via',
    'cf-connecting-ip',
    'true-client-ip',
  ])('is refused when %s says that a proxy stands in between', (name) => {
    expect(status(open, { ...local, [name]: '203.0.113.7' })).toBe(401);
  });

  it.each([
    [
      'a page of this server',
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
      200,
    ],
    ['an address typed by hand', { 'sec-fetch-site': 'none' }, 200],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }, 403],
    ['a foreign origin', { origin: 'https://evil.example' }, 403],
    ['another port of this machine', { origin: 'http://localhost:4000' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
  ])('judges %s', (_, headers, expected) => {
    expect(status(open, { ...local, ...headers })).toBe(expected);
  });

  it.each([
    ['localhost', 200],
    ['LOCALHOST:3000', 200],
    ['127.0.0.1:3000', 200],
    ['127.8.9.1', 200],
    ['[::1]:3000', 200],
    ['evil.example:3000', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['0.0.0.0:3000', 403],
    ['user@localhost', 403],
    ['', 403],
  ])('judges the host name "%s"', (host, expected) => {
    expect(status(open, { host })).toBe(expected);
  });

  it('is refused without any host name', () => {
    expect(status(open, {})).toBe(403);
  });
});

describe('a handler that anyone may call', () => {
  it('asks for no credential, and is still out of reach for other sites', () => {
    expect(status(keyed, { host: 'api.example' }, 'anyone')).toBe(200);
    expect(ask(keyed, { host: 'api.example' }, 'anyone')).toEqual({ caller: null });
    const foreign = { host: 'api.example', origin: 'https://evil.example' };
    expect(codeOf(keyed, foreign, 'anyone')).toBe('foreign-origin');
    const own = { host: 'api.example', origin: 'https://api.example' };
    expect(status(keyed, own, 'anyone')).toBe(200);
  });
});

describe('with a session', () => {
  const session: Caller = { name: 'night-shift', role: 'operator', via: 'session' };
  const cookie = (headers: IncomingHttpHeaders, changes: boolean, required: ApiRole = 'viewer') =>
    status(keyed, { host: 'api.example', ...headers }, required, { session, changes });

  it('may do what the role of its key may', () => {
    expect(cookie({ 'sec-fetch-site': 'same-origin' }, true, 'operator')).toBe(200);
    expect(cookie({ 'sec-fetch-site': 'same-origin' }, true, 'admin')).toBe(403);
    expect(ask(keyed, {}, 'viewer', { session })).toEqual({ caller: session });
  });

  it.each([
    ['a page of this server', { 'sec-fetch-site': 'same-origin' }, 200],
    ['an old browser, by its origin', { origin: 'https://api.example' }, 200],
    [
      'a proxy that gives the server another name',
      { 'sec-fetch-site': 'same-origin', origin: 'https://ops.example' },
      200,
    ],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of a sister site', { 'sec-fetch-site': 'same-site' }, 403],
    ['a foreign origin', { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['nobody knows what', {}, 403],
  ] as const)('lets it change something when sent by %s', (_, headers, expected) => {
    expect(cookie(headers, true)).toBe(expected);
  });

  it('may be read without an origin, as browsers send none then', () => {
    expect(cookie({}, false)).toBe(200);
    expect(cookie({ 'sec-fetch-site': 'cross-site' }, false)).toBe(403);
  });

  it('gives way to a key that is presented too, known or not', () => {
    const both = (secret: string) =>
      ask(keyed, bearer(secret), 'viewer', { session, changes: true });
    expect(both('admin-secret')).toMatchObject({ caller: { name: 'the admin', via: 'key' } });
    expect(both('guess')).toMatchObject({ refusal: { code: 'unknown-key' } });
  });
});

describe('with a key', () => {
  it.each([
    ['viewer', 'viewer', 200],
    ['viewer', 'operator', 403],
    ['viewer', 'admin', 403],
    ['operator', 'viewer', 200],
    ['operator', 'operator', 200],
    ['operator', 'admin', 403],
    ['admin', 'viewer', 200],
    ['admin', 'operator', 200],
    ['admin', 'admin', 200],
  ] as const)('a holder of %s who needs %s is answered accordingly', (role, required, expected) => {
    expect(status(keyed, bearer(`${role}-secret`), required)).toBe(expected);
  });

  it('refuses a key that is not known, in open mode too', () => {
    expect(status(keyed, bearer('guess'))).toBe(401);
    expect(status(open, { ...local, authorization: 'Bearer guess' })).toBe(401);
  });

  it('does not take the hash for the key', () => {
    expect(status(keyed, bearer(key('admin').sha256))).toBe(401);
  });

  it('takes the key as a bearer token only', () => {
    expect(status(keyed, { authorization: 'Basic admin-secret' })).toBe(401);
    expect(status(keyed, { authorization: 'bearer admin-secret' })).toBe(200);
  });

  it('is not asked for the origin: a page cannot know the key', () => {
    expect(status(keyed, { ...bearer('viewer-secret'), origin: 'https://ops.example' })).toBe(200);
  });
});

describe('a body', () => {
  it.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['Application/JSON', 200],
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/jsonx', 415],
    [undefined, 415],
  ])('of type %s', (type, expected) => {
    const headers = { 'content-length': '2', ...(type && { 'content-type': type }) };
    expect(status(open, { ...local, ...headers })).toBe(expected);
    expect(status(keyed, { ...bearer('admin-secret'), ...headers })).toBe(expected);
  });

  it('that is sent in chunks must be JSON too', () => {
    expect(status(open, { ...local, 'transfer-encoding': 'chunked' })).toBe(415);
  });

  it('that is empty needs no type', () => {
    expect(status(open, { ...local, 'content-length': '0', 'content-type': 'text/plain' })).toBe(
      200,
    );
  });
});
