import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { useMay } from '../api/may.js';
import * as queries from '../api/queries.js';
import type { Leader } from '../api/types.js';
import { ReasonField } from '../actions/reason-field.js';
import { useAct } from '../actions/use-act.js';
import { Button } from '../parts/button.js';
import { Card } from '../parts/card.js';
import { Dialog } from '../parts/dialog.js';
import { Loaded } from '../parts/loaded.js';
import { Note } from '../parts/note.js';
import { Distance, Instant } from '../parts/time.js';
import { duration } from '../time/duration.js';

/** The lock row, and who held it before. */
export function LeaderCard() {
  const query = useQuery({ ...queries.leader(), refetchInterval: 3_000 });
  return (
    <Card title="Leader" aside={<Resign />}>
      <Loaded query={query} lines={5}>
        {(leader) => (
          <>
            <Holder leader={leader} />
            <h3 className="body-title">Who led before</h3>
            <ul className="list">
              {leader.history.map(({ fencingToken, nodeName, acquiredAt }) => (
                <li key={fencingToken}>
                  <div className="main">
                    {nodeName} <small>token {fencingToken}</small>
                  </div>
                  <Instant at={acquiredAt} style="full" />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Holder({ leader }: { readonly leader: Leader }) {
  const { nodeName, nodeId, fencingToken, acquiredAt, expiresAt, leaseMs, hinted } = leader;
  if (nodeId === null) {
    return (
      <div className="body">
        <Note tone="bad">Nobody leads: nothing fires until a node takes over.</Note>
      </div>
    );
  }
  return (
    <dl className="facts body">
      <div className="key">
        <dt>Holder</dt>
        <dd>
          <strong>{nodeName ?? nodeId}</strong>
        </dd>
      </div>
      <div className="key">
        <dt>Fencing token</dt>
        <dd>{fencingToken}</dd>
      </div>
      <div className="key">
        <dt>Since</dt>
        <dd>{acquiredAt && <Instant at={acquiredAt} style="full" />}</dd>
      </div>
      <div className="key">
        <dt>Lease</dt>
        <dd>
          {leaseMs !== undefined && `${duration(leaseMs)}, `}
          {expiresAt && (
            <>
              ends <Distance at={expiresAt} /> unless it is renewed
            </>
          )}
        </dd>
      </div>
      {hinted !== undefined && (
        <div className="key">
          <dt>Takeover</dt>
          <dd>{hinted ? 'at once when it dies' : 'when the lease has run out'}</dd>
        </div>
      )}
    </dl>
  );
}

function Resign() {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const { act, busy } = useAct();
  if (!useMay('admin')) return null;
  const resign = async () => {
    await act(() => ask('POST', 'leader/resign', { body: {}, reason }), 'The leader resigns.');
    setAsking(false);
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>Have it resign…</Button>
      {asking && (
        <Dialog
          title="Have the leader resign"
          onClose={() => setAsking(false)}
          onSubmit={() => void resign()}
          foot={
            <Button kind="primary" type="submit" disabled={busy}>
              Resign
            </Button>
          }
        >
          <p>Another node takes over at once. No fire time is lost.</p>
          <ReasonField value={reason} onChange={setReason} />
        </Dialog>
      )}
    </>
  );
}
