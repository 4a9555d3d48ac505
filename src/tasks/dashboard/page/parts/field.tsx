import { useId, type ReactElement, type ReactNode } from 'react';

interface Wiring {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/** A labelled input, with what it means and what is wrong with what it holds. */
export function Field({
  label,
  hint,
  wrong,
  children,
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly wrong?: string | null | undefined;
  readonly children: (wiring: Wiring) => ReactElement;
}) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described.join(' ') || undefined,
        'aria-invalid': wrong ? true : undefined,
      })}
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
      {wrong && (
        <span className="wrong" id={`${id}-wrong`}>
          {wrong}
        </span>
      )}
    </div>
  );
}
