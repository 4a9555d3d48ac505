import { EllipsisVertical } from 'lucide-react';
import { useState } from 'react';
import { ask, segment } from '../api/client.js';
import { useMay } from '../api/may.js';
import type { Job } from '../api/types.js';
import { Button, LinkButton } from '../parts/button.js';
import { Menu } from '../parts/menu.js';
import { go, jobPath } from '../shell/router.js';
import { BackfillDialog } from './backfill-dialog.js';
import { PauseDialog } from './pause-dialog.js';
import { RemoveDialog } from './remove-dialog.js';
import { ResumeDialog } from './resume-dialog.js';
import { RunNow } from './run-now.js';
import { useAct } from './use-act.js';

type Asking = 'pause' | 'resume' | 'backfill' | 'remove' | null;

/** What can be done with a job, as far as whoever looks may. */
export function JobActions({ job }: { readonly job: Job }) {
  const operator = useMay('operator');
  const admin = useMay('admin');
  const [asking, setAsking] = useState<Asking>(null);
  const { act, busy } = useAct();
  if (!operator) return null;
  const path = `jobs/${segment(job.id)}`;
  const close = () => setAsking(null);
  const send = async (method: string, to: string, body: unknown, done: string, reason = '') => {
    await act(() => ask(method, to, { ...(body !== undefined && { body }), reason }), done);
    close();
  };
  return (
    <>
      <RunNow job={job} />
      {job.paused ? (
        <Button onClick={() => setAsking('resume')}>Resume…</Button>
      ) : (
        <Button onClick={() => setAsking('pause')}>Pause…</Button>
      )}
      {admin && <LinkButton to={`${jobPath(job.id)}/edit`}>Edit</LinkButton>}
      <Menu label="More actions" button={<EllipsisVertical size={16} aria-hidden />}>
        <button type="button" onClick={() => setAsking('backfill')}>
          Backfill…
        </button>
        {admin && (
          <button type="button" className="danger" onClick={() => setAsking('remove')}>
            Remove…
          </button>
        )}
      </Menu>
      {asking === 'pause' && (
        <PauseDialog
          what={job.name}
          busy={busy}
          onClose={close}
          onPause={(pause) => void send('POST', `${path}/pause`, pause, `${job.name} is paused.`)}
        />
      )}
      {asking === 'resume' && (
        <ResumeDialog
          job={job}
          busy={busy}
          onClose={close}
          onResume={(misses) =>
            void send('POST', `${path}/resume`, { misses }, `${job.name} fires again.`)
          }
        />
      )}
      {asking === 'backfill' && <BackfillDialog job={job} onClose={close} />}
      {asking === 'remove' && (
        <RemoveDialog
          what={job.name}
          busy={busy}
          onClose={close}
          onRemove={(reason) =>
            void send('DELETE', path, undefined, `${job.name} is removed.`, reason).then(() =>
              go('jobs'),
            )
          }
        />
      )}
    </>
  );
}
