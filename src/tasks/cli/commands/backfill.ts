import type { Backfilled } from '../answers.js';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit-codes.js';
import { instant } from '../words.js';

export const backfill: Command = {
  name: 'backfill',
  summary: 'runs fire times of the past; try --dry-run first',
  args: [{ name: 'job', about: 'the id of a job' }],
  options: {
    from: { value: 'instant', about: 'the first fire time at the earliest; it must be given' },
    to: { value: 'instant', about: 'the last fire time at the latest; it must be given' },
    limit: { value: 'n', about: 'so many at most' },
    overlap: { value: 'policy', about: 'for these runs: skip, buffer-one, buffer-all, allow' },
    reason: { value: 'text', about: 'why, for the audit' },
    'dry-run': { about: 'says which fire times it would be, and runs none' },
  },
  async run(given, { api, answer, err }) {
    const [from, to] = [given.text('from'), given.text('to')];
    if (from === undefined || to === undefined) {
      throw new CliError(EXIT.usage, 'Give --from and --to, such as --from 2027-03-01T00:00:00Z.');
    }
    const dryRun = given.flag('dry-run');
    const limit = given.count('limit', 10_000);
    const overlap = given.text('overlap');
    const reason = given.text('reason');
    const done = await api.post<Backfilled>(
      `jobs/${encodeURIComponent(given.word('job'))}/backfill`,
      { from, to, dryRun, ...(limit && { limit }), ...(overlap && { overlap }) },
      reason === undefined ? {} : { 'X-Reason': encodeURIComponent(reason) },
    );
    answer(done, () => [
      ...done.fireTimes.map((at) => instant(at)),
      `${done.fireTimes.length} fire times ${dryRun ? 'would run' : 'will run'}, ${done.skipped} are left out.`,
    ]);
    if (done.more) err('The range has more: go on from the last one, or raise --limit.');
    return EXIT.ok;
  },
};
