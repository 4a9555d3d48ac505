import type { Run } from '../api/types.js';
import { useNodeNames } from '../api/node-names.js';
import { Instant } from '../parts/time.js';
import { duration } from '../time/duration.js';
import { useNow } from '../time/now.js';

interface Step {
  readonly name: string;
  readonly at: string;
  /** Since the step before. */
  readonly after?: number;
}

/** When it was due, started and ended, and how long each took. */
export function Timeline({ run }: { readonly run: Run }) {
  const now = useNow();
  const nodeName = useNodeNames();
  const steps = stepsOf(run, nodeName(run.nodeId));
  const going = run.state === 'running' && run.startedAt;
  return (
    <ol className="timeline body">
      {steps.map(({ name, at, after }) => (
        <li key={name}>
          <span className="main">
            {name}
            {after !== undefined && <small>after {duration(after)}</small>}
          </span>
          <Instant at={at} style="full" />
        </li>
      ))}
      {going && (
        <li className="going">
          <span className="main">going on for {duration(now - Date.parse(run.startedAt!))}</span>
        </li>
      )}
    </ol>
  );
}

function stepsOf(run: Run, node: string): Step[] {
  const { fireAt, runAt, createdAt, startedAt, finishedAt, state, attempt } = run;
  const since = (to: string, from: string) => Date.parse(to) - Date.parse(from);
  const steps: Step[] = [{ name: run.cause === 'manual' ? 'asked for' : 'due', at: fireAt }];
  if (since(createdAt, fireAt) > 0) {
    steps.push({ name: 'recorded', at: createdAt, after: since(createdAt, fireAt) });
  }
  if (since(runAt, fireAt) > 0) {
    steps.push({ name: 'not before', at: runAt, after: since(runAt, fireAt) });
  }
  if (startedAt) {
    const which = attempt > 1 ? `, attempt ${attempt}` : '';
    steps.push({
      name: `started on ${node}${which}`,
      at: startedAt,
      after: since(startedAt, runAt),
    });
  }
  if (finishedAt) {
    const before = startedAt ?? runAt;
    steps.push({ name: state, at: finishedAt, after: Math.max(0, since(finishedAt, before)) });
  }
  return steps;
}
