import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useMay } from '../api/may.js';
import * as queries from '../api/queries.js';
import { PauseDialog } from '../actions/pause-dialog.js';
import { useAct } from '../actions/use-act.js';
import { Button } from '../parts/button.js';

/** Stops everything, for a deploy or in an emergency. */
export function ClusterSwitch() {
  const { data } = useQuery(queries.state());
  const operator = useMay('operator');
  const [asking, setAsking] = useState(false);
  const { act, busy } = useAct();
  if (!operator || !data || data.paused) return null;
  const pause = async (reason: string | undefined) => {
    await act(
      () => ask('POST', 'pause', { body: reason ? { reason } : {} }),
      'The cluster is paused: nothing fires and nothing starts.',
    );
    setAsking(false);
  };
  return (
    <div className="row">
      <span className="quiet">
        Everything can be paused: runs that are going on then end by themselves, and nothing new
        starts.
      </span>
      <span className="to-end">
        <Button onClick={() => setAsking(true)}>Pause everything…</Button>
      </span>
      {asking && (
        <PauseDialog
          what="everything"
          busy={busy}
          ends={false}
          onClose={() => setAsking(false)}
          onPause={({ reason }) => void pause(reason)}
        />
      )}
    </div>
  );
}
