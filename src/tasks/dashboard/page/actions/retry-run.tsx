import { ask, segment } from '../api/client.js';
import { useMay } from '../api/may.js';
import type { Run } from '../api/types.js';
import { Button } from '../parts/button.js';
import { go, runPath } from '../shell/router.js';
import { useAct } from './use-act.js';

/** Runs again what has ended, as a run of its own. */
export function RetryRun({ run }: { readonly run: Run }) {
  const { act, busy } = useAct();
  const ended = run.state !== 'pending' && run.state !== 'running';
  if (!useMay('operator') || !ended) return null;
  const retry = async () => {
    const again = await act(
      () => ask<Run>('POST', `runs/${segment(run.id)}/retry`, { body: {} }),
      ({ id }) => `Run ${id} repeats it.`,
    );
    if (again) go(runPath(again.id));
  };
  return (
    <Button disabled={busy} onClick={() => void retry()}>
      Retry
    </Button>
  );
}
