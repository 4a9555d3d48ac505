import { Check, CircleAlert, X } from 'lucide-react';
import { useSyncExternalStore, type ReactNode } from 'react';
import { Button } from '../parts/button.js';

interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad';
  readonly text: ReactNode;
}

const SHOWN_MS = 7_000;

let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const tell of listeners) tell();
}

const close = (id: number) => set(toasts.filter((toast) => toast.id !== id));

/** Says in a corner what has been done. What went wrong stays until it is closed. */
export function toast(tone: Toast['tone'], text: ReactNode): void {
  const id = ++last;
  set([...toasts.slice(-3), { id, tone, text }]);
  if (tone === 'good') setTimeout(() => close(id), SHOWN_MS);
}

export const failed = (error: Error): void => toast('bad', error.message);

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, tone, text }) => (
        <div key={id} className="toast">
          <span className={`state ${tone}`}>
            {tone === 'good' ? (
              <Check size={16} aria-hidden />
            ) : (
              <CircleAlert size={16} aria-hidden />
            )}
          </span>
          <div className="main">{text}</div>
          <Button kind="plain" square aria-label="Close message" onClick={() => close(id)}>
            <X size={14} aria-hidden />
          </Button>
        </div>
      ))}
    </div>
  );
}
