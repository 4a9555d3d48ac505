import type { ReactNode } from 'react';
import type { Run } from '../api/types.js';
import { useNodeNames } from '../api/node-names.js';
import { Link } from '../parts/link.js';
import { Instant } from '../parts/time.js';
import { runPath } from '../shell/router.js';
import { duration } from '../time/duration.js';

export function Facts({ run }: { readonly run: Run }) {
  const nodeName = useNodeNames();
  const facts: (readonly [string, ReactNode])[] = [
    ['Task', run.task],
    ['Node', nodeName(run.nodeId)],
    ['Attempt', run.attempt],
    ['Start delay', run.lagMs === null ? '–' : duration(run.lagMs)],
    ['Took', run.durationMs === null ? '–' : duration(run.durationMs)],
    ['Fencing token', run.fencingToken ?? '– (asked for by somebody)'],
  ];
  if (run.coversFrom && run.coversTo) {
    facts.push([
      'Stands for',
      <>
        <Instant at={run.coversFrom} style="full" /> to <Instant at={run.coversTo} style="full" />
      </>,
    ]);
  }
  if (run.retryOf)
    facts.push(['Repeats', <Link to={runPath(run.retryOf)}>run {run.retryOf}</Link>]);
  if (run.handlerAlive && run.finishedAt) {
    facts.push(['Handler', 'has not returned yet, so the next fire times are skipped']);
  }
  return (
    <>
      <dl className="facts body">
        {facts.map(([name, value]) => (
          <div key={name} className="key">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {run.result !== null && run.result !== undefined && (
        <div className="body stack tight">
          <h3>Result</h3>
          <pre className="code" tabIndex={0}>
            {JSON.stringify(run.result, null, 2)}
          </pre>
        </div>
      )}
    </>
  );
}
