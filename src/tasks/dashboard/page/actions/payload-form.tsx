import { useState } from 'react';
import { Field } from '../parts/field.js';
import { JsonArea } from '../parts/json-area.js';
import { fieldsOf, type SchemaField } from './schema-fields.js';

interface Issue {
  readonly pointer: string;
  readonly message: string;
}

/** A form from what the task says that its payload looks like; where it says nothing, JSON. */
export function PayloadForm({
  schema,
  payload,
  issues,
  onChange,
}: {
  readonly schema: unknown;
  readonly payload: unknown;
  readonly issues: readonly Issue[];
  /** @param ok whether it can be sent */
  readonly onChange: (payload: unknown, ok: boolean) => void;
}) {
  const fields = fieldsOf(schema);
  const [asText, setAsText] = useState(false);
  const isObject = typeof payload === 'object' && !Array.isArray(payload);
  if (fields === null || asText || !isObject) {
    const told = issues.map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
    return (
      <JsonArea
        label="Payload (JSON)"
        rows={6}
        value={payload}
        wrong={told}
        empty="null"
        onChange={onChange}
      />
    );
  }
  const object = (payload ?? {}) as Readonly<Record<string, unknown>>;
  return (
    <fieldset className="stack">
      <legend className="hidden-text">Payload</legend>
      {fields.map((field) => (
        <SchemaInput
          key={field.name}
          field={field}
          value={object[field.name]}
          wrong={issues.find(({ pointer }) => pointer.endsWith(`/${field.name}`))?.message}
          onChange={(value) => {
            const { [field.name]: _before, ...rest } = object;
            onChange(value === undefined ? rest : { ...rest, [field.name]: value }, true);
          }}
        />
      ))}
      <button type="button" className="link" onClick={() => setAsText(true)}>
        Edit as JSON
      </button>
    </fieldset>
  );
}

function SchemaInput({
  field,
  value,
  wrong,
  onChange,
}: {
  readonly field: SchemaField;
  readonly value: unknown;
  readonly wrong: string | undefined;
  readonly onChange: (value: unknown) => void;
}) {
  const { name, kind, options, description, required } = field;
  const label = required ? name : `${name} (optional)`;
  return (
    <Field label={label} wrong={wrong} {...(description && { hint: description })}>
      {(wiring) => {
        if (kind === 'choice') {
          return (
            <select
              {...wiring}
              value={textOf(value)}
              onChange={({ target }) => onChange(target.value || undefined)}
            >
              <option value="" />
              {options.map((option) => (
                <option key={option}>{option}</option>
              ))}
            </select>
          );
        }
        if (kind === 'boolean') {
          return (
            <input
              {...wiring}
              type="checkbox"
              checked={value === true}
              onChange={({ target }) => onChange(target.checked)}
            />
          );
        }
        const number = kind === 'number';
        return (
          <input
            {...wiring}
            type={number ? 'number' : 'text'}
            step="any"
            value={textOf(value)}
            onChange={({ target }) =>
              onChange(
                target.value === '' ? undefined : number ? Number(target.value) : target.value,
              )
            }
          />
        );
      }}
    </Field>
  );
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
