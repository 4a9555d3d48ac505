import type { Random } from './random.js';
import type { RawRequest } from './raw-request.js';

type Body = Record<string, unknown>;

/** Requests that would change something, if nothing were wrong with them. */
const GOOD: readonly (readonly [method: string, path: string, body: Body])[] = [
  ['POST', '/jobs', { id: 'new', task: 'reports.daily', trigger: { type: 'interval', hours: 1 } }],
  ['POST', '/jobs', { id: 'new', func: 'reports.daily', trigger: 'interval', seconds: 5 }],
  ['PUT', '/jobs/target', { task: 'reports.daily', trigger: { type: 'interval', hours: 2 } }],
  ['PATCH', '/jobs/target', { timeoutMs: 5, tags: ['a'], trigger: { type: 'interval', days: 1 } }],
  ['PATCH', '/jobs/target', { trigger: 'cron', minute: 5 }],
  ['POST', '/jobs/target/pause', { reason: 'x' }],
  ['POST', '/jobs/target/resume', { misses: 'once' }],
  ['POST', '/jobs/target/reset', {}],
  ['POST', '/jobs/target/run', { payload: 1 }],
  ['POST', '/jobs/target/backfill', { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }],
  ['POST', '/jobs/bulk', { action: 'remove', ids: ['target'] }],
  ['POST', '/triggers/preview', { trigger: { type: 'interval', hours: 1 } }],
  ['POST', '/pause', { reason: 'x' }],
  ['POST', '/resume', {}],
  ['POST', '/start', {}],
  ['POST', '/shutdown', { wait: false }],
  ['POST', '/leader/resign', {}],
  ['POST', '/session', { key: 'x' }],
];

const NASTY: readonly unknown[] = [
  null,
  true,
  -1,
  0.1,
  1e308,
  '',
  ' ',
  'a\0b',
  '\ud800',
  "'; DROP TABLE carillon.jobs; --",
  '$(reboot)',
  '../../../etc/passwd',
  '👩‍👩‍👧‍👦'.repeat(200),
  'x'.repeat(20_000),
  [],
  [[[[]]]],
  { toString: 'x', constructor: { prototype: { admin: true } } },
  { $gt: '' },
];

const NASTY_IDS = [
  '%00',
  '%ff',
  '%E0%A4%A',
  '..%2f..%2fjobs',
  '%2e%2e',
  'a%00b',
  "'%20OR%201=1--",
  '%F0%9F%92%A9',
  'x'.repeat(3_000),
  '__proto__',
  'constructor',
  '%ed%a0%80',
  ';drop',
];

const JSON_TYPE = { 'content-type': 'application/json' };

/** Each makes a request that must be refused. */
const KINDS: readonly ((random: Random) => RawRequest)[] = [
  /** A field that nobody knows. */
  (random) => {
    const [method, path, body] = random.of(GOOD);
    const name = random.of(['unknown', 'ID', 'isAdmin', '$where', 'constructor', '', ' task', 'ü']);
    return json(method, path, { ...body, [name]: random.of(NASTY) });
  },
  /** A key that would give objects another parent. */
  (random) => {
    const [method, path, body] = random.of(GOOD);
    const text = JSON.stringify(body).replace('{', '{"__proto__": {"admin": true},');
    return { ...json(method, path, {}), body: text.replace(',}', '}') };
  },
  /** A value of another type than any that fits. */
  (random) => {
    const [method, path, body] = random.of(GOOD.filter(([, , fields]) => hasTypes(fields)));
    const name = random.of(Object.keys(body).filter((field) => field !== 'payload'));
    return json(method, path, { ...body, [name]: random.of([[[[]]], { $gt: '' }, 1e308]) });
  },
  /** A body that is no object. */
  (random) => {
    const [method, path] = random.of(GOOD);
    return { ...json(method, path, {}), body: random.of(['null', '[]', '"x"', '7', 'true']) };
  },
  /** Broken JSON. */
  (random) => {
    const [method, path, body] = random.of(GOOD);
    const text = JSON.stringify({ ...body, more: 1 });
    return { ...json(method, path, {}), body: text.slice(0, 1 + random.below(text.length - 1)) };
  },
  /** Bytes that are no text. */
  (random) => {
    const [method, path] = random.of(GOOD);
    const bytes = Buffer.from(
      Array.from({ length: 1 + random.below(200) }, () => random.below(256)),
    );
    return { ...json(method, path, {}), body: Buffer.concat([Buffer.from([0xff]), bytes]) };
  },
  /** Another content type. */
  (random) => {
    const [method, path, body] = random.of(GOOD);
    const type = random.of(['text/plain', 'application/x-www-form-urlencoded', 'text/json', '']);
    return { method, path, headers: { 'content-type': type }, body: JSON.stringify(body) };
  },
  /** A charset or an encoding that cannot be read. */
  (random) => {
    const [method, path, body] = random.of(GOOD);
    const headers = random.of([
      { 'content-type': 'application/json; charset=klingon' },
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      { ...JSON_TYPE, 'content-encoding': 'nonsense' },
    ]);
    return { method, path, headers, body: JSON.stringify(body) };
  },
  /** Nested without end. */
  (random) => {
    const [method, path] = random.of(GOOD);
    const levels = random.of([70, 1_000, 40_000]);
    return {
      ...json(method, path, {}),
      body: `{"payload":${'['.repeat(levels)}${']'.repeat(levels)}}`,
    };
  },
  /** More than is read. */
  (random) => {
    const [method, path, body] = random.of(GOOD);
    return json(method, path, { ...body, payload: 'x'.repeat(262_145 + random.below(10_000)) });
  },
  /** A job, a run or a node that there is not, by every trick with its id. */
  (random) => {
    const id = random.of(NASTY_IDS);
    const path = random.of([
      `/jobs/${id}`,
      `/runs/${id}`,
      `/runs/${id}/logs`,
      `/jobs/${id}/fire-times`,
    ]);
    return { method: 'GET', path };
  },
  (random) => {
    const id = random.of(NASTY_IDS);
    return random.of<RawRequest>([
      { method: 'DELETE', path: `/jobs/${id}` },
      { method: 'POST', path: `/jobs/${id}/run` },
      { method: 'POST', path: `/jobs/${id}/pause` },
      { method: 'POST', path: `/runs/${id}/cancel` },
      { method: 'POST', path: `/runs/${id}/retry` },
      { method: 'POST', path: `/nodes/${id}/drain` },
      json('PATCH', `/jobs/${id}`, { priority: 1 }),
    ]);
  },
  /** A condition on a revision that the job is not at, or that is none. */
  (random) => {
    const tag = random.of([
      '"0"',
      '"99"',
      'W/"1"',
      '"x"',
      '1',
      '"1", "2"',
      '"1',
      'é',
      '"'.repeat(5_000),
    ]);
    const headers = { ...JSON_TYPE, 'if-match': tag };
    return random.of<RawRequest>([
      { method: 'PATCH', path: '/jobs/target', headers, body: '{"priority":1}' },
      { method: 'DELETE', path: '/jobs/target', headers },
      { method: 'POST', path: '/jobs/target/pause', headers },
    ]);
  },
  /** A query that nobody understands. */
  (random) => {
    const path = random.of(['/jobs', '/runs', '/audit', '/fire-times', '/jobs/target/fire-times']);
    const name = random.of([
      'limit',
      'cursor',
      'colour',
      'limit[$gt]',
      '__proto__',
      'from',
      'limit[]',
    ]);
    const value = random.of([
      '%00',
      'x',
      '-1',
      '1e9',
      "'--",
      '%F0%9F%92%A9',
      '0',
      '99999999',
      '%5B%5D',
    ]);
    return { method: 'GET', path: `${path}?${name}=${value}` };
  },
  /** Paths and methods that there are not. */
  (random) => {
    const method = random.of([
      'GET',
      'POST',
      'PUT',
      'DELETE',
      'PATCH',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
    ]);
    const path = random.of([
      '/../../etc/passwd',
      '/jobs/../../x',
      '/%2e%2e/x',
      '/nothing',
      '//',
      '/.env',
    ]);
    return { method, path };
  },
  /** Headers that lie. */
  (random) => {
    const [method, path, body] = random.of(GOOD);
    const headers = random.of<Record<string, string>>([
      { host: 'evil.example' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'x-forwarded-for': '127.0.0.1' },
      { authorization: 'Bearer guess' },
      { authorization: `Bearer ${'x'.repeat(5_000)}` },
      { 'x-reason': 'x'.repeat(600) },
      { 'idempotency-key': 'a b' },
    ]);
    // Not every route reads every header, so there is something else wrong as well.
    return {
      ...json(method, path, { ...body, unknown: 1 }),
      headers: { ...JSON_TYPE, ...headers },
    };
  },
];

function hasTypes(fields: Body): boolean {
  return Object.keys(fields).some((field) => field !== 'payload');
}

export function badRequest(random: Random): RawRequest {
  const { path, ...request } = random.of(KINDS)(random);
  return { ...request, path: `/scheduler${path}` };
}

const json = (method: string, path: string, body: Body): RawRequest => ({
  method,
  path,
  headers: JSON_TYPE,
  body: JSON.stringify(body),
});
