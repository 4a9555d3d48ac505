import type { IncomingHttpHeaders } from 'node:http';
import { covers, findApiKey, type ApiKey } from '../api-key.js';
import type { Caller } from './caller.js';
import {
  hasOtherOrigin,
  isForwarded,
  isLoopback,
  isOfOtherSite,
  isOfOwnPage,
  isSentToLoopback,
} from './foreign.js';
import type { Requirement } from './requires.decorator.js';

/**
 * Who may call what. Pure: what was sent in, a caller or a refusal out.
 *
 *   a key is presented ──────▶ known? ──▶ its role covers the route's?
 *   a session's cookie ──────▶ sent by a page of our own? ──▶ its role covers the route's?
 *   neither, open mode ──────▶ not sent by a web page, not through a rebound name?
 *   neither, anything else ──▶ refused
 *
 * Open mode is for the developer's own machine: not production, listening on loopback, no key
 * configured, and no sign that a proxy carried the request. A browser adds cookies by itself, to what
 * a page of another site sends as well; a key it never adds, so who shows one is not asked where from.
 */
export interface AccessPolicy {
  readonly production: boolean;
  /** What the server listens on. */
  readonly host: string;
  readonly keys: readonly ApiKey[];
  /** How a key is configured, and how it is opened on one machine. */
  readonly keyHelp: string;
  readonly openHelp: string;
}

export interface AccessRequest {
  readonly headers: IncomingHttpHeaders;
  /** Whether it may change something. */
  readonly changes: boolean;
  /** Whose session its cookie stands for; null: it has none that is good. */
  readonly session: Caller | null;
}

export interface Refusal {
  readonly status: 401 | 403 | 415;
  readonly code: string;
  readonly detail: string;
  /** Whose key or session it was, if that is known. */
  readonly by?: string;
}

export type Decision = { readonly caller: Caller | null } | { readonly refusal: Refusal };

/** @param required what the handler declares; a handler that declares nothing is closed */
export function decideAccess(
  policy: AccessPolicy,
  request: AccessRequest,
  required: Requirement | undefined,
): Decision {
  if (required === undefined) {
    return forbidden('no-role', 'This route declares no role, so nobody may call it.');
  }
  if (required === 'page') return refuseBody(request.headers) ?? letIn(null);
  const decision = required === 'anyone' ? letIn(null) : recognise(policy, request);
  if ('refusal' in decision) return decision;
  const { caller } = decision;
  const refused = refuseRole(caller, required) ?? refuseForeign(request, caller);
  if (refused !== null) return caller === null ? refused : ofCaller(refused, caller);
  return refuseBody(request.headers) ?? decision;
}

/** Whether the server answers on the machine's own loopback names only, outside production. */
export function canBeOpen(policy: AccessPolicy): boolean {
  return !policy.production && policy.keys.length === 0 && isLoopback(policy.host);
}

/** What to tell somebody whose key nobody knows. */
export const unknownKey = ({ keys, keyHelp }: Pick<AccessPolicy, 'keys' | 'keyHelp'>) =>
  keys.length > 0
    ? 'This API key is not known. Send one that is configured.'
    : `This API key is not known: none is configured. ${keyHelp}`;

/** Why nobody is let in where no key is configured, and the remedy. */
export function whyClosed(policy: AccessPolicy): string {
  const help = canBeOpen(policy) ? policy.keyHelp : `${policy.keyHelp} ${policy.openHelp}`;
  return `No API key is configured, and ${obstacle(policy)}. ${help}`;
}

function obstacle({ production, host }: AccessPolicy): string {
  if (production) return 'this is served as in production, where a key is always needed';
  if (host === '') return 'it is not known whether the server listens on this machine alone';
  return isLoopback(host)
    ? 'the request came through a proxy, so it may come from anywhere'
    : `the server listens on ${host}, where others can reach it`;
}

/** The key that was presented; null: none. */
export function bearerOf(headers: IncomingHttpHeaders): string | null {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

function recognise(policy: AccessPolicy, { headers, session }: AccessRequest): Decision {
  const presented = bearerOf(headers);
  if (presented !== null) {
    const key = findApiKey(policy.keys, presented);
    if (key) return letIn({ name: key.name, role: key.role, via: 'key' });
    return unauthorized('unknown-key', unknownKey(policy));
  }
  if (session) return letIn(session);
  if (canBeOpen(policy) && !isForwarded(headers)) {
    return letIn({ name: 'anonymous', role: 'admin', via: 'open' });
  }
  return unauthorized(
    'unauthorized',
    policy.keys.length > 0
      ? 'Sign in with an API key, or send it: "Authorization: Bearer <key>".'
      : whyClosed(policy),
  );
}

function refuseRole(
  caller: Caller | null,
  required: Exclude<Requirement, 'page'>,
): Decision | null {
  if (caller === null || required === 'anyone' || covers(caller.role, required)) return null;
  return forbidden(
    'role-too-low',
    `The key "${caller.name}" has the role ${caller.role}, and this needs ${required}.`,
  );
}

function refuseForeign({ headers, changes }: AccessRequest, caller: Caller | null) {
  if (caller?.via === 'key') return null;
  if (isOfOtherSite(headers)) return forbidden('foreign-origin', FOREIGN);
  if (caller?.via === 'session') {
    const own = !changes || isOfOwnPage(headers);
    return own ? null : forbidden('foreign-origin', FOREIGN);
  }
  if (caller?.via === 'open' && !isSentToLoopback(headers)) {
    return forbidden(
      'foreign-host',
      'Without an API key this server answers to localhost and loopback addresses only.',
    );
  }
  return hasOtherOrigin(headers) ? forbidden('foreign-origin', FOREIGN) : null;
}

const FOREIGN =
  'Requests of other web sites are refused. Send them from the server with an API key.';

/** Only JSON is read. It also makes a browser ask first before a page of another site may send it. */
export function refuseBody(headers: IncomingHttpHeaders): Decision | null {
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (!hasBody || type === 'application/json') return null;
  const detail = 'The body must be JSON: send it with "Content-Type: application/json".';
  return { refusal: { status: 415, code: 'unsupported-media-type', detail } };
}

const ofCaller = (decision: Decision, { name }: Caller): Decision =>
  'refusal' in decision ? { refusal: { ...decision.refusal, by: name } } : decision;

const letIn = (caller: Caller | null): Decision => ({ caller });
const unauthorized = (code: string, detail: string): Decision => ({
  refusal: { status: 401, code, detail },
});
const forbidden = (code: string, detail: string): Decision => ({
  refusal: { status: 403, code, detail },
});
