import type { ReactNode } from 'react';
import { Card } from '../parts/card.js';
import { Field } from '../parts/field.js';
import type { Draft } from './draft.js';
import { DurationField } from './duration-field.js';

interface Props {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  readonly issue: (field: string) => string | undefined;
}

/** How a job behaves, each choice with what it means. */
export function PolicyFields({ draft, set, issue }: Props) {
  return (
    <Card title="How it behaves">
      <div className="body columns wide">
        <Choice
          label="While a run is going on, the next fire time"
          value={draft.overlap}
          options={[
            ['skip', 'is skipped'],
            ['buffer-one', 'waits, one at most'],
            ['buffer-all', 'waits, up to the limit'],
            ['cancel-previous', 'cancels it'],
            ['allow', 'starts nevertheless'],
          ]}
          onChange={(overlap) => set({ overlap })}
        />
        <Amount
          label="Runs at once"
          value={draft.maxInstances}
          least={1}
          wrong={issue('maxInstances')}
          onChange={(maxInstances) => set({ maxInstances })}
        />
        <DurationField
          label="Made up for while less late than"
          hint="Empty: however late."
          value={draft.misfireGraceMs}
          wrong={issue('misfireGraceMs')}
          onChange={(misfireGraceMs) => set({ misfireGraceMs })}
        />
        <Choice
          label="Of several that were missed"
          value={draft.coalesce}
          options={[
            ['latest', 'the latest runs'],
            ['earliest', 'the earliest runs'],
            ['all', 'all run'],
          ]}
          onChange={(coalesce) => set({ coalesce })}
        />
        <DurationField
          label="Time limit"
          hint="Empty: none."
          value={draft.timeoutMs}
          wrong={issue('timeoutMs')}
          onChange={(timeoutMs) => set({ timeoutMs })}
        />
        <Amount
          label="Attempts"
          hint="1: a run that fails is not tried again."
          value={draft.retry.maxAttempts}
          least={1}
          wrong={issue('retry')}
          onChange={(maxAttempts) => set({ retry: { ...draft.retry, maxAttempts } })}
        />
        <Choice
          label="When its node dies"
          value={draft.onCrash}
          options={[
            ['abandon', 'the run is abandoned'],
            ['rerun', 'another node runs it again'],
          ]}
          onChange={(onCrash) => set({ onCrash })}
        />
        <DurationField
          label="Jitter"
          hint="Starts are spread over so much time."
          value={draft.jitterMs}
          wrong={issue('jitterMs')}
          onChange={(jitterMs) => set({ jitterMs: jitterMs ?? 0 })}
        />
        <Amount
          label="Priority"
          hint="Lower numbers start first."
          value={draft.priority}
          wrong={issue('priority')}
          onChange={(priority) => set({ priority })}
        />
      </div>
    </Card>
  );
}

function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <Field label={label}>
      {(wiring) => (
        <select
          {...wiring}
          value={value}
          onChange={({ target }) => onChange(target.value as Value)}
        >
          {options.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Amount({
  label,
  hint,
  value,
  least,
  wrong,
  onChange,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly value: number;
  readonly least?: number;
  readonly wrong: string | undefined;
  readonly onChange: (value: number) => void;
}) {
  return (
    <Field label={label} wrong={wrong} {...(hint !== undefined && { hint })}>
      {(wiring) => (
        <input
          {...wiring}
          type="number"
          min={least}
          value={value}
          onChange={({ target }) => onChange(Math.round(Number(target.value)))}
        />
      )}
    </Field>
  );
}
