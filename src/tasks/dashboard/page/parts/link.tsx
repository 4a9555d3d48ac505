import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { go, hrefTo } from '../shell/router.js';

/** A link inside the page. A click with a key held down opens a tab, as of any link. */
export function Link({
  to,
  onClick,
  ...rest
}: { readonly to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const { button, altKey, ctrlKey, metaKey, shiftKey, defaultPrevented } = event;
    if (defaultPrevented || button !== 0 || altKey || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    go(to);
    window.scrollTo(0, 0);
  };
  return <a href={hrefTo(to)} onClick={follow} {...rest} />;
}
