import { useState } from 'react';
import type { Job } from '../api/types.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';

type Misses = 'skip' | 'once';

/** Asks what becomes of what was missed meanwhile. */
export function ResumeDialog({
  job,
  busy,
  onClose,
  onResume,
}: {
  readonly job: Job;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onResume: (misses: Misses) => void;
}) {
  const [misses, setMisses] = useState<Misses>('skip');
  const choice = (value: Misses, words: string) => (
    <label className="check">
      <input
        type="radio"
        name="misses"
        checked={misses === value}
        onChange={() => setMisses(value)}
      />
      {words}
    </label>
  );
  return (
    <Dialog
      title={`Resume ${job.name}`}
      onClose={onClose}
      onSubmit={() => onResume(misses)}
      foot={
        <Button kind="primary" type="submit" disabled={busy}>
          Resume
        </Button>
      }
    >
      <fieldset className="stack">
        <legend>What it has missed meanwhile</legend>
        {choice('skip', 'Leave it: it fires from now on.')}
        {choice('once', 'Run the last of it now, once.')}
      </fieldset>
    </Dialog>
  );
}
