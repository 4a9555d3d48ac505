import { X } from 'lucide-react';
import { useEffect, useId, useRef, type FormEvent, type ReactNode } from 'react';
import { Button } from './button.js';

/** A question that must be answered before anything else: the browser's own dialog. */
export function Dialog({
  title,
  children,
  foot,
  onClose,
  onSubmit,
  wide = false,
}: {
  readonly title: string;
  readonly children: ReactNode;
  /** Buttons beside `Cancel`. */
  readonly foot: ReactNode;
  readonly onClose: () => void;
  readonly onSubmit?: () => void;
  readonly wide?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = dialog;
    if (current && !current.open) current.showModal();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={onClose}
    >
      <form onSubmit={submit} noValidate>
        <div className="head">
          <h2 id={id}>{title}</h2>
          <Button kind="plain" square aria-label="Close" onClick={onClose}>
            <X size={16} aria-hidden />
          </Button>
        </div>
        <div className="body">{children}</div>
        <div className="foot">
          <Button onClick={onClose}>Cancel</Button>
          {foot}
        </div>
      </form>
    </dialog>
  );
}
