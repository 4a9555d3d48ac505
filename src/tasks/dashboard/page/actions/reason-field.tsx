import { Field } from '../parts/field.js';

/** Why somebody does something, for those who will ask later. */
export function ReasonField({
  value,
  onChange,
  label = 'Reason',
}: {
  readonly value: string;
  readonly onChange: (reason: string) => void;
  readonly label?: string;
}) {
  return (
    <Field label={label} hint="Shown beside it and in the audit. It may be left out.">
      {(wiring) => (
        <input
          {...wiring}
          maxLength={500}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
