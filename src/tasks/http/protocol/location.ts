/**
 * The path of something made by a request, from the request's own URL: it holds whatever prefix
 * the host put in front.
 *
 * @param relative from the request's path, as in a link: `../../runs/7`
 */
export function locationFrom(requestUrl: string, relative: string): string {
  const path = requestUrl.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  return new URL(relative, `http://host${path}`).pathname;
}
