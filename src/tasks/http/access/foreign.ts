import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';

/**
 * Where a request comes from, as far as its headers tell. A page in a browser can send requests too,
 * and a name that its owner controls can be made to point at this machine.
 */

/** The headers by which proxies say that they stand in between. */
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

export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some(
    (name) => name.startsWith('x-forwarded') || FORWARDING.has(name),
  );
}

/** Whether the browser says that another site has sent it. */
export function isOfOtherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Whether it was sent by a page, and by one of another address than it was sent to. */
export function hasOtherOrigin(headers: IncomingHttpHeaders): boolean {
  const { origin } = headers;
  return origin !== undefined && urlOf(origin)?.host !== hostOf(headers)?.host;
}

/** Whether it was sent by a page of this server; old browsers tell by the origin alone. */
export function isOfOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return headers.origin !== undefined && !hasOtherOrigin(headers);
}

/** Whether it was sent to a loopback name or address of this machine. */
export function isSentToLoopback(headers: IncomingHttpHeaders): boolean {
  const host = hostOf(headers);
  return host !== null && isLoopback(host.hostname);
}

/** `localhost`, 127.0.0.0/8 and ::1, however they are written. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** A name or an address, and a port. */
const HOST = /^[a-z0-9.:[\]_-]+$/i;

function hostOf({ host }: IncomingHttpHeaders): URL | null {
  return host !== undefined && HOST.test(host) ? urlOf(`http://${host}`) : null;
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
