import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { refuseAccess, type AccessPolicy } from './access.js';
import type { ApiKey, ApiRole } from './api-key.js';

const key = (role: ApiRole): ApiKey => ({
  name: `the ${role}`,
  role,
  sha256: createHash('sha256').update(`${role}-secret`).digest('hex'),
});
const keys = [key('viewer'), key('operator'), key('admin')];

const open: AccessPolicy = { production: false, host: '127.0.0.1', keys: [] };
const keyed: AccessPolicy = { production: true, host: '0.0.0.0', keys };

const local = { host: 'localhost:3000' };
const bearer = (secret: string) => ({ host: 'api.example', authorization: `Bearer ${secret}` });

const status = (
  policy: AccessPolicy,
  headers: IncomingHttpHeaders,
  required: ApiRole | undefined = 'viewer',
) => refuseAccess(policy, headers, required)?.status ?? 200;

describe('a handler that declares no role', () => {
  it('is closed to everybody', () => {
    expect(refuseAccess(open, local, undefined)?.code).toBe('no-role');
    expect(refuseAccess(keyed, bearer('admin-secret'), undefined)?.code).toBe('no-role');
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
