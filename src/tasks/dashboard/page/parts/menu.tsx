import { useEffect, useRef, type ReactNode } from 'react';

/** A button that opens a list of links and buttons. It closes by a choice, Escape or a click elsewhere. */
export function Menu({
  label,
  button,
  children,
  className = 'button square',
  start = false,
}: {
  /** What it is, for those who cannot see it. */
  readonly label: string;
  readonly button: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly start?: boolean;
}) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const { current } = menu;
      if (!current?.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        current.querySelector('summary')?.focus();
        event.stopPropagation();
      } else if (current.contains(event.target as globalThis.Node)) return;
      current.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  return (
    <details ref={menu} className={start ? 'menu start' : 'menu'}>
      <summary className={className} aria-label={label}>
        {button}
      </summary>
      <div
        className="items"
        onClick={() => {
          if (menu.current) menu.current.open = false;
        }}
      >
        {children}
      </div>
    </details>
  );
}
