import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { LiveBadge } from './live-badge.js';
import { Search } from './search.js';
import { ThemeButton } from './theme-button.js';
import { ZoneMenu } from './zone-menu.js';

/** What a page is called, and what is at hand on each. */
export function TopBar({ title, hint }: { readonly title: string; readonly hint?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Carillon`;
  }, [title]);
  return (
    <>
      <h1>
        {title} {hint !== undefined && <small>{hint}</small>}
      </h1>
      <Search />
      <LiveBadge />
      <ZoneMenu />
      <ThemeButton />
    </>
  );
}
