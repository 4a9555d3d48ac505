import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const ICONS = { bad: CircleAlert, warn: TriangleAlert, plain: Info };

/** Some sentences that are to be seen. */
export function Note({
  tone = 'plain',
  children,
  aside,
}: {
  readonly tone?: keyof typeof ICONS;
  readonly children: ReactNode;
  readonly aside?: ReactNode;
}) {
  const Icon = ICONS[tone];
  return (
    <div className={`note ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon size={16} aria-hidden />
      <div className="main">{children}</div>
      {aside}
    </div>
  );
}
