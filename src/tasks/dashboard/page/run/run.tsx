import { useQuery } from '@tanstack/react-query';
import { ApiError } from '../api/client.js';
import * as queries from '../api/queries.js';
import type { Run } from '../api/types.js';
import { CancelRun } from '../actions/cancel-run.js';
import { RetryRun } from '../actions/retry-run.js';
import { Card } from '../parts/card.js';
import { Empty } from '../parts/empty.js';
import { Link } from '../parts/link.js';
import { Loaded } from '../parts/loaded.js';
import { Note } from '../parts/note.js';
import { Progress } from '../parts/progress.js';
import { RunMark } from '../parts/state-mark.js';
import { reasonWords } from '../runs/reason-words.js';
import { jobPath } from '../shell/router.js';
import { Shell } from '../shell/shell.js';
import { TopBar } from '../shell/top-bar.js';
import { Attempts } from './attempts.js';
import { Facts } from './facts.js';
import { Log } from './log.js';
import { RunError } from './run-error.js';
import { Timeline } from './timeline.js';

const WHILE_GOING_MS = 1_000;

/** What became of one fire time, or of one request to run now. */
export function RunPage({ id }: { readonly id: string }) {
  const query = useQuery({
    ...queries.run(id),
    refetchInterval: ({ state }) => (isGoing(state.data) ? WHILE_GOING_MS : false),
  });
  const gone = query.error instanceof ApiError && query.error.status === 404;
  return (
    <Shell top={<TopBar title={`Run ${id}`} hint={query.data?.jobId} />}>
      {gone ? (
        <Empty title={`There is no run ${id}`}>
          Runs are kept for some time only: see the settings. <Link to="runs">All runs</Link>
        </Empty>
      ) : (
        <Loaded query={query} lines={8}>
          {(run) => <Whole run={run} />}
        </Loaded>
      )}
    </Shell>
  );
}

function Whole({ run }: { readonly run: Run }) {
  const words = reasonWords(run);
  return (
    <>
      <div className="row">
        <RunMark state={run.state} />
        <Link to={jobPath(run.jobId)} className="name">
          {run.jobId}
        </Link>
        <span className="tag">{run.cause}</span>
        {run.asked && (
          <span className="quiet">
            by {run.asked.by}
            {run.asked.reason && <> · “{run.asked.reason}”</>}
          </span>
        )}
        <span className="to-end row">
          <CancelRun run={run} />
          <RetryRun run={run} />
        </span>
      </div>
      {words && (
        <Note tone={run.state === 'skipped' ? 'warn' : 'plain'}>
          <strong>Why it {run.state === 'skipped' ? 'did not run' : 'is so'}:</strong> {words}.
        </Note>
      )}
      {run.progress && isGoing(run) && <Progress {...run.progress} />}
      <div className="two-columns even">
        <Card title="From due to done">
          <Timeline run={run} />
        </Card>
        <Card title="Facts">
          <Facts run={run} />
        </Card>
      </div>
      {run.error !== null && <RunError error={run.error} />}
      {(run.attempts?.length ?? 0) > 0 && <Attempts attempts={run.attempts!} />}
      <Log key={run.id} id={run.id} going={isGoing(run)} />
    </>
  );
}

function isGoing(run: Run | undefined): boolean {
  return run?.state === 'pending' || run?.state === 'running';
}
