import { useState } from 'react';
import { Field } from './field.js';

/** A value as JSON. What is typed stays as it is, also while it is none. */
export function JsonArea({
  label,
  hint,
  rows,
  value,
  wrong,
  empty = '',
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly rows: number;
  readonly value: unknown;
  /** What else is wrong with the value. */
  readonly wrong: string | undefined;
  /** What no text at all stands for. Default: nothing, and that is wrong. */
  readonly empty?: string;
  /** @param ok whether the text is JSON; if not, the value is the one before */
  readonly onChange: (value: unknown, ok: boolean) => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 2) ?? 'null');
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <Field label={label} hint={hint} wrong={broken ?? wrong}>
      {(wiring) => (
        <textarea
          {...wiring}
          className="mono"
          rows={rows}
          spellCheck={false}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            try {
              onChange(JSON.parse(target.value || empty), true);
              setBroken(null);
            } catch (error) {
              onChange(value, false);
              setBroken((error as Error).message);
            }
          }}
        />
      )}
    </Field>
  );
}
