import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, ask, segment } from '../api/client.js';
import { tasks } from '../api/queries.js';
import type { Job, Run } from '../api/types.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Link } from '../parts/link.js';
import { Note } from '../parts/note.js';
import { runPath } from '../shell/router.js';
import { toast } from '../shell/toasts.js';
import { client } from '../api/query-client.js';
import { PayloadForm } from './payload-form.js';
import { ReasonField } from './reason-field.js';

/** Asks for the payload, the job's own to begin with, and starts a run. Its schedule stays as it is. */
export function RunNowDialog({
  job,
  onClose,
}: {
  readonly job: Job;
  readonly onClose: () => void;
}) {
  const schema = useQuery(tasks()).data?.items.find(({ name }) => name === job.task)?.schema;
  const [payload, setPayload] = useState<unknown>(job.payload);
  const [valid, setValid] = useState(true);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const overlapped = error?.code === 'overlapped';
  const run = async () => {
    setBusy(true);
    try {
      const body = { payload, ...(overlapped && { overlap: 'allow' }) };
      const started = await ask<Run>('POST', `jobs/${segment(job.id)}/runs`, { body, reason });
      toast(
        'good',
        <>
          {job.name} runs: <Link to={runPath(started.id)}>run {started.id}</Link>
        </>,
      );
      void client.invalidateQueries();
      onClose();
    } catch (refused) {
      setError(refused as ApiError);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={`Run ${job.name} now`}
      onClose={onClose}
      onSubmit={() => void run()}
      foot={
        <Button kind="primary" type="submit" disabled={busy || !valid}>
          {overlapped ? 'Run it nevertheless' : 'Run now'}
        </Button>
      }
    >
      <p className="quiet">
        One run of its own, with this payload. The fire times of the job stay as they are.
      </p>
      {error && <Note tone={overlapped ? 'warn' : 'bad'}>{error.message}</Note>}
      <PayloadForm
        schema={schema}
        payload={payload}
        issues={error?.issues ?? []}
        onChange={(next, ok) => {
          setPayload(next);
          setValid(ok);
        }}
      />
      <ReasonField value={reason} onChange={setReason} />
    </Dialog>
  );
}
