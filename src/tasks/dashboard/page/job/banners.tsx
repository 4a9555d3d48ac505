import { ask, segment } from '../api/client.js';
import { useMay } from '../api/may.js';
import type { Job } from '../api/types.js';
import { useAct } from '../actions/use-act.js';
import { Button } from '../parts/button.js';
import { Note } from '../parts/note.js';
import { Distance, Near } from '../parts/time.js';
import { Words } from '../parts/words.js';

/** States in which nothing is wrong. */
const WELL = ['not-due', 'running', 'due', 'jittered', 'paused', 'finished'];

/** What is to be seen before anything else: why it does not run, and where it differs from its code. */
export function Banners({ job }: { readonly job: Job }) {
  const { why, paused, pauseReason, pausedAt, pausedUntil } = job;
  return (
    <>
      {paused && (
        <Note tone="warn">
          <strong>Paused</strong> {pausedAt && <Distance at={pausedAt} />}
          {pauseReason && <> “{pauseReason}”</>}
          {pausedUntil && (
            <>
              {' '}
              · until <Near at={pausedUntil} />
            </>
          )}
        </Note>
      )}
      {why && !WELL.includes(why.state) && (
        <Note tone="warn">
          <Words text={why.reason} />{' '}
          {why.remedy && (
            <span className="muted">
              <Words text={why.remedy} />
            </span>
          )}
        </Note>
      )}
      {why && WELL.includes(why.state) && !paused && (
        <p className="quiet">
          <Words text={why.reason} />
        </p>
      )}
      {job.overridden.length > 0 && <Drift job={job} />}
    </>
  );
}

/** Somebody has changed what the code says, and the change outlives deploys until it is reset. */
function Drift({ job }: { readonly job: Job }) {
  const admin = useMay('admin');
  const { act, busy } = useAct();
  const reset = () =>
    act(
      () => ask('POST', `jobs/${segment(job.id)}/reset`, { body: {}, tag: job.tag }),
      `${job.name} is as its code says again.`,
    );
  return (
    <Note
      aside={
        admin && (
          <Button disabled={busy} onClick={() => void reset()}>
            Reset to the code
          </Button>
        )
      }
    >
      Differs from what the code says in <strong>{job.overridden.join(', ')}</strong>: somebody has
      changed that here, and deploys leave it so.
    </Note>
  );
}
