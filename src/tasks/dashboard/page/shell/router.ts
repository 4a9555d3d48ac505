import { navigate, usePathname, useSearch } from 'wouter/use-browser-location';

/** Where the page begins, as the server tells it: `/`, or `/ops/tasks/`. */
const BASE = new URL(document.baseURI).pathname;

/** The segments of the page's own path, each as it was before it was encoded. */
export function usePath(): readonly string[] {
  const path = usePathname();
  const own = path.startsWith(BASE) ? path.slice(BASE.length) : '';
  return own
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
}

/** @param path relative to where the page begins: `jobs`, `jobs/a%2Fb?…` */
export const hrefTo = (path: string): string =>
  // Not every server takes the same address with a slash at its end.
  path === '' && BASE !== '/' ? BASE.slice(0, -1) : BASE + path;

export function go(path: string, options: { readonly replace?: boolean } = {}): void {
  navigate(hrefTo(path), options);
}

export const jobPath = (id: string): string => `jobs/${encodeURIComponent(id)}`;
export const runPath = (id: string): string => `runs/${encodeURIComponent(id)}`;

/** What is asked for by the address, and how to ask for something else. */
export function useAsked(): [URLSearchParams, (change: Record<string, string | null>) => void] {
  const asked = new URLSearchParams(useSearch());
  const change = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === '') next.delete(name);
      else next.set(name, value);
    }
    const search = next.toString();
    navigate(location.pathname + (search && `?${search}`), { replace: true });
  };
  return [asked, change];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
