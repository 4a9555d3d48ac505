import { useState } from 'react';
import { ask, segment } from '../api/client.js';
import { useMay } from '../api/may.js';
import type { Run } from '../api/types.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { ReasonField } from './reason-field.js';
import { useAct } from './use-act.js';

/** Ends a run that waits, or asks one that is going on to end. */
export function CancelRun({ run }: { readonly run: Run }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const { act, busy } = useAct();
  if (!useMay('operator') || !(run.state === 'running' || run.state === 'pending')) return null;
  if (run.cancelRequestedAt) return <span className="quiet">being cancelled</span>;
  const cancel = async () => {
    const path = `runs/${segment(run.id)}/cancel`;
    await act(() => ask('POST', path, { body: {}, reason }), `Run ${run.id} is told to end.`);
    setAsking(false);
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        Cancel<span className="hidden-text"> run {run.id}</span>
      </Button>
      {asking && (
        <Dialog
          title={`Cancel run ${run.id} of ${run.jobId}`}
          onClose={() => setAsking(false)}
          onSubmit={() => void cancel()}
          foot={
            <Button kind="danger primary" type="submit" disabled={busy}>
              Cancel the run
            </Button>
          }
        >
          <p>
            {run.state === 'running'
              ? 'Its signal is aborted. A handler that does not listen goes on until it returns.'
              : 'It will not start.'}
          </p>
          <ReasonField value={reason} onChange={setReason} />
        </Dialog>
      )}
    </>
  );
}
