import type { Run } from '../api/types.js';

/** Why a fire time did not run, or a run ended as it did, in words. */
const REASONS: Readonly<Record<string, string>> = {
  misfired: 'noticed later than its grace allows',
  overlapped: 'an earlier run was still going on',
  paused: 'the job or the cluster was paused',
  coalesced: 'another of the missed fire times ran for all',
  replaced: 'a change of the job came first',
  orphaned: 'no node knew its task',
  limit: 'the job has had all its runs',
  superseded: 'the next fire time came before its retry',
};

export function reasonWords({ reason, held, coversCount, coversFrom }: Run): string | null {
  if (held === 'buffered') return 'waits for its turn';
  if (held === 'paused') return 'waits until the job is resumed';
  if (reason === null) return null;
  const words = REASONS[reason] ?? reason;
  if (coversFrom === null) return words;
  return `${coversCount ?? 'more than 10 000'} fire times: ${words}`;
}
