import { useState } from 'react';
import { ask, type Query } from '../api/client.js';
import { useMay } from '../api/may.js';
import type { BulkAnswer } from '../api/types.js';
import { Button } from '../parts/button.js';
import { PauseDialog, type Pause } from './pause-dialog.js';
import { RemoveDialog } from './remove-dialog.js';
import { useAct } from './use-act.js';

type Action = 'pause' | 'resume' | 'run' | 'reset' | 'remove';

const DONE: Readonly<Record<Action, string>> = {
  pause: 'paused',
  resume: 'resumed',
  run: 'started',
  reset: 'reset',
  remove: 'removed',
};

/** What can be done with all jobs that are chosen. */
export function BulkBar({
  ids,
  filter = null,
  total = ids.length,
  onDone,
}: {
  readonly ids: readonly string[];
  /** All that fit it are meant, also those that are not shown. */
  readonly filter?: Query | null;
  readonly total?: number;
  readonly onDone: () => void;
}) {
  const admin = useMay('admin');
  const count = filter ? total : ids.length;
  const [asking, setAsking] = useState<'pause' | 'remove' | null>(null);
  const { act, busy } = useAct();
  const edit = async (action: Action, more: object = {}) => {
    const answer = await act(
      () =>
        ask<BulkAnswer>('POST', 'jobs/bulk', {
          body: { action, ...(filter ? { filter } : { ids }), ...more },
        }),
      ({ items, more: left }) =>
        summary(items, action) + (left ? ' There are more: do it once more.' : ''),
    );
    setAsking(null);
    if (answer) onDone();
  };
  return (
    <div className="bulk" role="toolbar" aria-label="Chosen jobs">
      <strong>
        {count} {count === 1 ? 'job' : 'jobs'} chosen
      </strong>
      <Button disabled={busy} onClick={() => setAsking('pause')}>
        Pause…
      </Button>
      <Button disabled={busy} onClick={() => void edit('resume')}>
        Resume
      </Button>
      <Button disabled={busy} onClick={() => void edit('run')}>
        Run now
      </Button>
      {admin && (
        <>
          <Button disabled={busy} onClick={() => void edit('reset')}>
            Reset
          </Button>
          <Button kind="danger" disabled={busy} onClick={() => setAsking('remove')}>
            Remove…
          </Button>
        </>
      )}
      <Button kind="plain" onClick={onDone}>
        Choose none
      </Button>
      {asking === 'pause' && (
        <PauseDialog
          what={`${count} jobs`}
          busy={busy}
          onClose={() => setAsking(null)}
          onPause={(pause: Pause) => void edit('pause', pause)}
        />
      )}
      {asking === 'remove' && (
        <RemoveDialog
          what={`${count} jobs`}
          busy={busy}
          onClose={() => setAsking(null)}
          onRemove={(reason) => void edit('remove', reason ? { reason } : {})}
        />
      )}
    </div>
  );
}

function summary(items: BulkAnswer['items'], action: Action): string {
  const refused = items.filter(({ status }) => status >= 400);
  const done = `${items.length - refused.length} ${DONE[action]}.`;
  const [first] = refused;
  if (!first) return done;
  return `${done} ${refused.length} not: ${first.id}: ${first.detail ?? first.code ?? ''}`;
}
