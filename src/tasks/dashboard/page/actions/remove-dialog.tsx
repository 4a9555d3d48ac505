import { useState } from 'react';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { ReasonField } from './reason-field.js';

const WORD = 'remove';

/** What cannot be undone is asked for by a word that must be written. */
export function RemoveDialog({
  what,
  busy,
  onClose,
  onRemove,
}: {
  readonly what: string;
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly onRemove: (reason: string) => void;
}) {
  const [word, setWord] = useState('');
  const [reason, setReason] = useState('');
  return (
    <Dialog
      title={`Remove ${what}`}
      onClose={onClose}
      onSubmit={() => {
        if (word === WORD) onRemove(reason);
      }}
      foot={
        <Button kind="danger primary" type="submit" disabled={busy || word !== WORD}>
          Remove
        </Button>
      }
    >
      <p>Pending runs are cancelled, running ones end by themselves, and the history stays.</p>
      <Field label={`Write “${WORD}” to go on`}>
        {(wiring) => (
          <input
            {...wiring}
            autoComplete="off"
            value={word}
            onChange={({ target }) => setWord(target.value)}
          />
        )}
      </Field>
      <ReasonField value={reason} onChange={setReason} />
    </Dialog>
  );
}
