import { useState } from 'react';
import { Field } from '../parts/field.js';
import { JsonArea } from '../parts/json-area.js';
import { fromInput, toInput } from '../time/instant.js';
import { serverNow } from '../time/now.js';
import { useClock } from '../time/use-clock.js';
import type { Trigger } from './draft.js';
import { IntervalFields } from './interval-fields.js';
import { ZoneField } from './zone-field.js';

const KINDS = [
  ['cron', 'Cron'],
  ['interval', 'Interval'],
  ['date', 'Once'],
  ['json', 'JSON'],
] as const;
type Kind = (typeof KINDS)[number][0];

const DAY_MS = 86_400_000;

interface Props {
  readonly trigger: Trigger;
  readonly wrong: string | undefined;
  readonly onChange: (trigger: Trigger) => void;
}

/** A trigger of one of the plain kinds; any other one as JSON. */
export function TriggerFields({ trigger, wrong, onChange }: Props) {
  const [kind, setKind] = useState<Kind>(() => kindOf(trigger));
  const choose = (next: Kind) => {
    setKind(next);
    if (next !== 'json' && next !== kindOf(trigger)) onChange(begun(next, trigger.timeZone));
  };
  return (
    <>
      <div className="tabs" role="group" aria-label="Kind of trigger">
        {KINDS.map(([value, name]) => (
          <button
            key={value}
            type="button"
            aria-pressed={kind === value}
            onClick={() => choose(value)}
          >
            {name}
          </button>
        ))}
      </div>
      {kind === 'cron' && <CronFields trigger={trigger} wrong={wrong} onChange={onChange} />}
      {kind === 'interval' && trigger.type === 'interval' && (
        <IntervalFields trigger={trigger} onChange={onChange} />
      )}
      {kind === 'date' && <DateField trigger={trigger} wrong={wrong} onChange={onChange} />}
      {kind === 'json' && (
        <JsonArea
          label="Trigger (JSON)"
          hint="Also calendar intervals, and, or, exclusions: see the documentation."
          rows={8}
          value={trigger}
          wrong={wrong}
          onChange={(next, ok) => ok && onChange(next as Trigger)}
        />
      )}
    </>
  );
}

function CronFields({ trigger, wrong, onChange }: Props) {
  if (trigger.type !== 'cron') return null;
  return (
    <>
      <Field
        label="Expression"
        hint="Minute, hour, day of month, month, day of week; seconds may come first, years last."
        wrong={wrong}
      >
        {(wiring) => (
          <input
            {...wiring}
            className="mono"
            spellCheck={false}
            value={trigger.expression ?? ''}
            onChange={({ target }) => onChange({ ...trigger, expression: target.value })}
          />
        )}
      </Field>
      <ZoneField
        value={trigger.timeZone ?? 'UTC'}
        onChange={(timeZone) => onChange({ ...trigger, timeZone })}
      />
    </>
  );
}

function DateField({ trigger, wrong, onChange }: Props) {
  const clock = useClock();
  if (trigger.type !== 'date') return null;
  const at = Date.parse(trigger.at);
  return (
    <Field label={`At (${clock.zone})`} wrong={wrong}>
      {(wiring) => (
        <input
          {...wiring}
          type="datetime-local"
          value={Number.isNaN(at) ? '' : toInput(at, clock)}
          onChange={({ target }) =>
            target.value &&
            onChange({ type: 'date', at: new Date(fromInput(target.value, clock)).toISOString() })
          }
        />
      )}
    </Field>
  );
}

/** What a form can show; more than that is shown as it is stored. */
function kindOf(trigger: Trigger): Kind {
  const { timeZone: _zone, ...rest } = trigger;
  const fields = Object.keys(rest).length;
  if (rest.type === 'cron') return rest.expression !== undefined && fields === 2 ? 'cron' : 'json';
  if (rest.type === 'interval') {
    const { startAt: _anchor, ...period } = rest;
    return Object.keys(period).length === 2 ? 'interval' : 'json';
  }
  return rest.type === 'date' && fields === 2 ? 'date' : 'json';
}

function begun(kind: Exclude<Kind, 'json'>, timeZone = 'UTC'): Trigger {
  switch (kind) {
    case 'cron':
      return { type: 'cron', expression: '0 9 * * 1-5', timeZone };
    case 'interval':
      return { type: 'interval', minutes: 10 };
    case 'date':
      return { type: 'date', at: new Date(serverNow() + DAY_MS).toISOString() };
  }
}
