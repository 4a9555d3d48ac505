import { Inbox, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** What stands where there is nothing, and says what that means. */
export function Empty({
  title,
  children,
  icon: Icon = Inbox,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly icon?: LucideIcon;
}) {
  return (
    <div className="empty">
      <Icon size={22} aria-hidden />
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  );
}
