import { useId } from 'react';
import { Field } from '../parts/field.js';

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** A time zone by its name; any part of it finds it. */
export function ZoneField({
  value,
  onChange,
  label = 'Time zone',
}: {
  readonly value: string;
  readonly onChange: (zone: string) => void;
  readonly label?: string;
}) {
  const list = useId();
  return (
    <Field label={label} wrong={ZONES.includes(value) ? null : 'Choose one of the list.'}>
      {(wiring) => (
        <>
          <input
            {...wiring}
            list={list}
            value={value}
            spellCheck={false}
            onChange={({ target }) => onChange(target.value)}
          />
          <datalist id={list}>
            {ZONES.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
