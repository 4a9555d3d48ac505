import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';
import { covers, findApiKey, type ApiKey, type ApiRole } from './api-key.js';

/**
 * Who may call what. Pure: headers in, a refusal or nothing out.
 *
 *   a key is presented ──────▶ known? ──▶ its role covers the route's?
 *   no key, open mode ───────▶ not sent by a web page, not through a rebound name?
 *   no key, anything else ───▶ refused
 *
 * Open mode is for the developer's own machine: not production, listening on loopback, no key
 * configured, and no sign that a proxy carried the request.
 */
export interface AccessPolicy {
  readonly production: boolean;
  /** What the server listens on. */
  readonly host: string;
  readonly keys: readonly ApiKey[];
}

export interface Refusal {
  readonly status: 401 | 403 | 415;
  readonly code: string;
  readonly detail: string;
}

/**
 * Why the request is refused; null: it is let in.
 *
 * @param required the role that the handler declares; a handler that declares none is closed
 */
export function refuseAccess(
  policy: AccessPolicy,
  headers: IncomingHttpHeaders,
  required: ApiRole | undefined,
): Refusal | null {
  if (required === undefined) {
    return forbidden('no-role', 'This route declares no role, so nobody may call it.');
  }
  const presented = bearerOf(headers);
  const refusal =
    presented === null
      ? (refuseAnonymous(policy, headers) ?? refuseForeign(headers))
      : refuseKey(findApiKey(policy.keys, presented), required);
  return refusal ?? refuseBody(headers);
}

/** Whether the server answers on the machine's own loopback names only, outside production. */
export function canBeOpen(policy: AccessPolicy): boolean {
  return !policy.production && policy.keys.length === 0 && isLoopback(policy.host);
}

function refuseKey(key: ApiKey | null, required: ApiRole): Refusal | null {
  if (key === null) return unauthorized('This API key is not known. Send one that is configured.');
  if (covers(key.role, required)) return null;
  return forbidden(
    'role-too-low',
    `The key "${key.name}" has the role ${key.role}, and this needs ${required}.`,
  );
}

function refuseAnonymous(policy: AccessPolicy, headers: IncomingHttpHeaders): Refusal | null {
  if (canBeOpen(policy) && !Object.keys(headers).some(isForwarding)) return null;
  return unauthorized(
    policy.keys.length > 0
      ? 'Send an API key: "Authorization: Bearer <key>".'
      : 'No API key is configured, and without one only requests made directly on this machine ' +
          'are answered, outside production. Configure a key (TASKS_API_KEYS).',
  );
}

/** A page in a browser on this machine can send requests too, and a name it owns can point here. */
function refuseForeign(headers: IncomingHttpHeaders): Refusal | null {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return forbidden(
      'foreign-origin',
      'Requests of other web sites are refused without an API key.',
    );
  }
  const host = HOST.test(headers.host ?? '') ? urlOf(`http://${headers.host}`) : null;
  if (host === null || !isLoopback(host.hostname)) {
    return forbidden(
      'foreign-host',
      'Without an API key this server answers to localhost and loopback addresses only.',
    );
  }
  if (headers.origin !== undefined && urlOf(headers.origin)?.host !== host.host) {
    return forbidden(
      'foreign-origin',
      'Requests of other web sites are refused without an API key.',
    );
  }
  return null;
}

/** A name or an address, and a port. */
const HOST = /^[a-z0-9.:[\]_-]+$/i;

/** Only JSON is read. It also makes a browser ask first before a page of another site may send it. */
function refuseBody(headers: IncomingHttpHeaders): Refusal | null {
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (!hasBody || type === 'application/json') return null;
  return {
    status: 415,
    code: 'unsupported-media-type',
    detail: 'The body must be JSON: send it with "Content-Type: application/json".',
  };
}

/** The headers by which proxies say that they stand in between. */
function isForwarding(name: string): boolean {
  return name.startsWith('x-forwarded') || FORWARDING.has(name);
}

const FORWARDING = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-envoy-external-address',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
]);

/** `localhost`, 127.0.0.0/8 and ::1, however they are written. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

function bearerOf(headers: IncomingHttpHeaders): string | null {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

const unauthorized = (detail: string): Refusal => ({ status: 401, code: 'unauthorized', detail });
const forbidden = (code: string, detail: string): Refusal => ({ status: 403, code, detail });
