import { useId, type ReactNode } from 'react';

/** A box with a heading. `hint` is a few words beside it, `aside` stands at the other end. */
export function Card({
  title,
  hint,
  aside,
  children,
  className = '',
}: {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {hint !== undefined && <span className="quiet">{hint}</span>}
        {aside !== undefined && <span className="to-end row">{aside}</span>}
      </header>
      {children}
    </section>
  );
}
