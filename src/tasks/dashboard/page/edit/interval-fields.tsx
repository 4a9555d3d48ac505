import { Field } from '../parts/field.js';
import type { Trigger } from './draft.js';

const UNITS = ['seconds', 'minutes', 'hours', 'days', 'weeks', 'milliseconds'] as const;
type Interval = Extract<Trigger, { type: 'interval' }>;

/** Every so much: a number and a unit. */
export function IntervalFields({
  trigger,
  onChange,
}: {
  readonly trigger: Interval;
  readonly onChange: (trigger: Trigger) => void;
}) {
  const unit = UNITS.find((name) => trigger[name] !== undefined) ?? 'minutes';
  const { [unit]: amount = 1, ...rest } = trigger;
  const put = (name: (typeof UNITS)[number], value: number) => onChange({ ...rest, [name]: value });
  return (
    <div className="columns">
      <Field label="Every">
        {(wiring) => (
          <input
            {...wiring}
            type="number"
            min={1}
            value={amount}
            onChange={({ target }) => put(unit, Math.max(0, Math.round(Number(target.value))))}
          />
        )}
      </Field>
      <Field label="Unit">
        {(wiring) => (
          <select
            {...wiring}
            value={unit}
            onChange={({ target }) => put(target.value as typeof unit, amount)}
          >
            {UNITS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
