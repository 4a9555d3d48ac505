import { useState } from 'react';
import { Field } from '../parts/field.js';

const UNITS = [
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
] as const;

/** A length of time, in the largest unit that says it in a whole number. Empty is null. */
export function DurationField({
  label,
  hint,
  value,
  wrong,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly value: number | null;
  readonly wrong: string | undefined;
  readonly onChange: (ms: number | null) => void;
}) {
  const [unit, setUnit] = useState(() => unitOf(value));
  const [text, setText] = useState(() => (value === null ? '' : String(value / unit)));
  const put = (amount: string, size: number) => {
    setText(amount);
    setUnit(size);
    onChange(amount.trim() === '' ? null : Math.round(Number(amount) * size));
  };
  return (
    <Field label={label} wrong={wrong} {...(hint && { hint })}>
      {(wiring) => (
        <span className="with-unit">
          <input
            {...wiring}
            type="number"
            min={0}
            value={text}
            onChange={({ target }) => put(target.value, unit)}
          />
          <select
            aria-label={`Unit of: ${label}`}
            value={unit}
            onChange={({ target }) => put(text, Number(target.value))}
          >
            {UNITS.map(([name, size]) => (
              <option key={name} value={size}>
                {name}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}

function unitOf(value: number | null): number {
  if (value === null || value === 0) return 1_000;
  return UNITS.findLast(([, size]) => value % size === 0)?.[1] ?? 1;
}
