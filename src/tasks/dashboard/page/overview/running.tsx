import { useInfiniteQuery } from '@tanstack/react-query';
import { CancelRun } from '../actions/cancel-run.js';
import { useNodeNames } from '../api/node-names.js';
import * as queries from '../api/queries.js';
import type { Run } from '../api/types.js';
import { Card } from '../parts/card.js';
import { Empty } from '../parts/empty.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { Progress } from '../parts/progress.js';
import { Elapsed, Instant } from '../parts/time.js';
import { RunMark } from '../parts/state-mark.js';
import { runPath } from '../shell/router.js';

const SHOWN = 8;

/** What runs at this moment, how far it has come and for how long it has been going on. */
export function Running() {
  const query = useInfiniteQuery({
    ...queries.runs({ state: 'running', limit: SHOWN }),
    refetchInterval: 2_000,
  });
  const names = useNodeNames();
  return (
    <Card title="Running" aside={<Link to="runs?state=running">All</Link>}>
      <Loaded query={query}>
        {({ pages }) => {
          const { items } = pages[0]!;
          if (items.length === 0) {
            return <Empty title="Nothing runs at this moment" />;
          }
          return (
            <ul className="list">
              {items.map((run) => (
                <RunningRow key={run.id} run={run} node={names(run.nodeId)} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Card>
  );
}

function RunningRow({ run, node }: { readonly run: Run; readonly node: string }) {
  return (
    <li>
      <div className="main">
        <Link to={runPath(run.id)} className="name">
          {run.jobId}
        </Link>
        <small>
          <RunMark state={run.state} /> · {node}
          {run.startedAt && (
            <>
              {' '}
              · started <Instant at={run.startedAt} style="time" />
            </>
          )}
        </small>
      </div>
      {run.progress && (
        <div className="progress-cell">
          <Progress {...run.progress} />
        </div>
      )}
      <span className="number">{run.startedAt && <Elapsed since={run.startedAt} />}</span>
      <CancelRun run={run} />
    </li>
  );
}
