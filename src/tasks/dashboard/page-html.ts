/**
 * Where the page begins, as seen from an address of it: `../` for each segment that is its own. It is
 * right behind any proxy, whatever that puts in front.
 *
 * @param path as it was asked for, with or without a slash at the end
 * @param depth how many segments of it are the page's own
 */
export function baseOf(path: string, depth: number): string {
  const up = path.endsWith('/') ? depth : depth - 1;
  if (up < 0) return `./${path.split('/').at(-1)}/`;
  return up === 0 ? './' : '../'.repeat(up);
}

/** Where the API is, as seen from where the page begins. */
export function apiFrom({ path, api }: { readonly path: string; readonly api: string }): string {
  const segments = (text: string) => text.split('/').filter((part) => part !== '');
  return `${'../'.repeat(segments(path).length)}${segments(api).join('/')}/`;
}

/** The page with what it must know before it can ask: a script inside it would not be run. */
export function pageHtml(index: string, base: string, api: string): string {
  return index.replace(
    '<head>',
    `<head>\n<base href="${base}">\n<meta name="carillon-api" content="${api}">`,
  );
}
