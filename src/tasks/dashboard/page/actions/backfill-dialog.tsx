import { useState } from 'react';
import { ApiError, ask, segment } from '../api/client.js';
import type { Backfilled, Job } from '../api/types.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { Note } from '../parts/note.js';
import { Instant } from '../parts/time.js';
import { fromInput, toInput } from '../time/instant.js';
import { serverNow } from '../time/now.js';
import { useClock } from '../time/use-clock.js';
import { ReasonField } from './reason-field.js';
import { useAct } from './use-act.js';

const DAY_MS = 86_400_000;

/** Runs fire times of the past. First it tells which they are. */
export function BackfillDialog({
  job,
  onClose,
}: {
  readonly job: Job;
  readonly onClose: () => void;
}) {
  const clock = useClock();
  const [from, setFrom] = useState(() => toInput(serverNow() - DAY_MS, clock));
  const [to, setTo] = useState(() => toInput(serverNow(), clock));
  const [reason, setReason] = useState('');
  const [found, setFound] = useState<Backfilled | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const { act, busy } = useAct();
  const path = `jobs/${segment(job.id)}/backfill`;
  const range = () => ({
    from: new Date(fromInput(from, clock)).toISOString(),
    to: new Date(fromInput(to, clock)).toISOString(),
  });
  const look = async () => {
    try {
      setFound(await ask<Backfilled>('POST', path, { body: { ...range(), dryRun: true } }));
      setError(null);
    } catch (refused) {
      setError(refused as ApiError);
    }
  };
  const run = async () => {
    const done = await act(
      () => ask<Backfilled>('POST', path, { body: range(), reason }),
      ({ fireTimes }) => `${fireTimes.length} fire times of ${job.name} are run.`,
    );
    if (done) onClose();
  };
  const bound = (label: string, value: string, set: (text: string) => void) => (
    <Field label={`${label} (${clock.zone})`}>
      {(wiring) => (
        <input
          {...wiring}
          type="datetime-local"
          value={value}
          onChange={({ target }) => {
            set(target.value);
            setFound(null);
          }}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      title={`Backfill ${job.name}`}
      onClose={onClose}
      onSubmit={() => void (found ? run() : look())}
      foot={
        found ? (
          <Button kind="primary" type="submit" disabled={busy || found.fireTimes.length === 0}>
            Run {found.fireTimes.length}
          </Button>
        ) : (
          <Button kind="primary" type="submit">
            Show what would run
          </Button>
        )
      }
    >
      <p className="quiet">Runs fire times of the past, beside what is on record for them.</p>
      <div className="columns">
        {bound('From', from, setFrom)}
        {bound('To', to, setTo)}
      </div>
      {error && <Note tone="bad">{error.message}</Note>}
      {found && <Found found={found} />}
      <ReasonField value={reason} onChange={setReason} />
    </Dialog>
  );
}

const SHOWN = 20;

function Found({ found: { fireTimes, skipped, more } }: { readonly found: Backfilled }) {
  return (
    <div className="stack tight">
      <strong>
        {fireTimes.length} {fireTimes.length === 1 ? 'fire time' : 'fire times'} would run
        {skipped > 0 && `; ${skipped} have run already`}
        {more && '; there are more, which another backfill can run'}
      </strong>
      <ul className="code">
        {fireTimes.slice(0, SHOWN).map((at) => (
          <li key={at}>
            <Instant at={at} style="full" />
          </li>
        ))}
        {fireTimes.length > SHOWN && <li>and {fireTimes.length - SHOWN} more</li>}
      </ul>
    </div>
  );
}
