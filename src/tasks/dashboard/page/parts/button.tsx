import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from './link.js';

interface Look {
  readonly kind?: 'primary' | 'danger' | 'plain' | 'danger primary' | undefined;
  readonly square?: boolean;
  readonly children: ReactNode;
}

export function Button({
  kind,
  square = false,
  className = '',
  ...rest
}: Look & ButtonHTMLAttributes<HTMLButtonElement>) {
  return <button type="button" className={classOf(kind, square, className)} {...rest} />;
}

/** What leads somewhere is a link, whatever it looks like. */
export function LinkButton({ kind, square = false, to, children }: Look & { readonly to: string }) {
  return (
    <Link to={to} className={classOf(kind, square, '')}>
      {children}
    </Link>
  );
}

const classOf = (kind: Look['kind'], square: boolean, more: string) =>
  ['button', kind, square && 'square', more].filter(Boolean).join(' ');
