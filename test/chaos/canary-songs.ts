import type { Run } from '../../src/tasks/domain/run.js';
import type { History } from '../simulation/history.js';
import { slotOf, type Span } from './felt.js';
import { groupBy } from './group-by.js';
import type { Observer } from './observer.js';

/** What became of one fire time of a canary. */
export interface Song extends Span {
  readonly jobId: string;
  /** From the fire time to the call of the handler, or to the record that it was missed. */
  readonly lateMs: number;
  /** Where its run has been. */
  readonly slots: readonly string[];
}

/** What canaries did, or did not do in time. Fire times that a pause has skipped are none. */
export async function readSongs(observer: Observer, history: History): Promise<readonly Song[]> {
  const claims = await observer.query<{ run: string; name: string }>(
    `SELECT c.run_id AS run, n.name FROM chaos.claims c JOIN carillon.nodes n ON n.id = c.node_id`,
  );
  const slots = groupBy(claims, ({ run }) => run);
  const called = new Map<string, Date>();
  for (const { runId, at } of history.starts) if (!called.has(runId)) called.set(runId, at);
  return history.runs.flatMap((run) => {
    if (!run.jobId.startsWith('canary-') || run.cause !== 'fired' || run.reason === 'paused')
      return [];
    const from = (run.coversFrom ?? run.fireAt).getTime();
    const to = (called.get(run.id) ?? endOf(run) ?? history.now).getTime();
    const been = (slots.get(run.id) ?? []).map(({ name }) => slotOf(name));
    return [{ jobId: run.jobId, from, to, lateMs: to - from, slots: been }];
  });
}

/** Of one that was not called: when that was written down. */
const endOf = ({ finishedAt, startedAt }: Run): Date | null => finishedAt ?? startedAt;
