import type { Run } from '../api/types.js';
import { useNodeNames } from '../api/node-names.js';
import { Card } from '../parts/card.js';
import { RunMark } from '../parts/state-mark.js';
import { Instant } from '../parts/time.js';

/** The tries before the last one. */
export function Attempts({ attempts }: { readonly attempts: NonNullable<Run['attempts']> }) {
  const nodeName = useNodeNames();
  return (
    <Card title="Earlier attempts">
      <ul className="list">
        {attempts.map(({ attempt, nodeId, state, finishedAt, error }) => (
          <li key={attempt}>
            <div className="main">
              <RunMark state={state} more={<>on {nodeName(nodeId)}</>} />
              <small>
                attempt {attempt} {(error as { message?: string } | null)?.message}
              </small>
            </div>
            <Instant at={finishedAt} style="full" />
          </li>
        ))}
      </ul>
    </Card>
  );
}
