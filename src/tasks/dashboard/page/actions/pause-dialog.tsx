import { useState } from 'react';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { fromInput } from '../time/instant.js';
import { useClock } from '../time/use-clock.js';
import { ReasonField } from './reason-field.js';

export interface Pause {
  readonly reason?: string;
  readonly until?: string;
}

/** Asks why, and until when. */
export function PauseDialog({
  what,
  busy,
  onClose,
  onPause,
  ends = true,
}: {
  readonly what: string;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onPause: (pause: Pause) => void;
  /** Whether it can end by itself. */
  readonly ends?: boolean;
}) {
  const clock = useClock();
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const submit = () =>
    onPause({
      ...(reason.trim() && { reason: reason.trim() }),
      ...(until && { until: new Date(fromInput(until, clock)).toISOString() }),
    });
  return (
    <Dialog
      title={`Pause ${what}`}
      onClose={onClose}
      onSubmit={submit}
      foot={
        <Button kind="primary" type="submit" disabled={busy}>
          Pause
        </Button>
      }
    >
      <p className="quiet">Nothing of it fires meanwhile, and what is missed is not made up for.</p>
      <ReasonField value={reason} onChange={setReason} />
      {ends && (
        <Field label={`Until (${clock.zone})`} hint="Left out: until somebody resumes it.">
          {(wiring) => (
            <input
              {...wiring}
              type="datetime-local"
              value={until}
              onChange={({ target }) => setUntil(target.value)}
            />
          )}
        </Field>
      )}
    </Dialog>
  );
}
