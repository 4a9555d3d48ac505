import type { IncomingHttpHeaders } from 'node:http';

const NAME = 'carillon_session';

/** What the session's cookie holds; null: there is none. */
export function sessionCookie({ cookie }: IncomingHttpHeaders): string | null {
  for (const pair of (cookie ?? '').split(';')) {
    const [name, value] = pair.split('=');
    if (name?.trim() === NAME && value) return value.trim();
  }
  return null;
}

/**
 * Out of reach for scripts, and never sent along with what another site asks for.
 *
 * @param seconds how long it is good; 0 takes it away
 * @param headers of the request: a page that was loaded by TLS, here or at a proxy in front, says so in
 *   its origin, and then the cookie is only sent by TLS
 */
export function setSessionCookie(
  value: string,
  seconds: number,
  { origin }: IncomingHttpHeaders,
): string {
  const secure = origin?.startsWith('https://') ? '; Secure' : '';
  return `${NAME}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
