import type { Run } from '../answers.js';
import type { Command, Place } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Given } from '../given.js';
import { plain } from '../words.js';

const TAKES = {
  args: [{ name: 'run', about: 'the id of a run' }],
  options: { reason: { value: 'text', about: 'why, for the audit' } },
} as const;

export const cancel: Command = {
  name: 'cancel',
  summary: 'cancels a run: at once if it has not started, else by its signal',
  ...TAKES,
  async run(given, place) {
    const run = await ask('cancel', given, place);
    const of = `Run ${run.id} of ${run.jobId}`;
    const told = `${of} is told to end: carillon tail ${run.id} shows when it does.`;
    place.answer(run, () => [plain(run.state === 'cancelled' ? `${of} is cancelled.` : told)]);
    return EXIT.ok;
  },
};

export const retry: Command = {
  name: 'retry',
  summary: 'repeats a run that has ended, as a new run',
  ...TAKES,
  async run(given, place) {
    const run = await ask('retry', given, place);
    place.answer(run, () => [plain(`Run ${run.id} of ${run.jobId} repeats run ${run.retryOf}.`)]);
    return EXIT.ok;
  },
};

function ask(verb: 'cancel' | 'retry', given: Given, { api }: Place): Promise<Run> {
  const reason = given.text('reason');
  const headers = reason === undefined ? {} : { 'X-Reason': encodeURIComponent(reason) };
  return api.post<Run>(`runs/${encodeURIComponent(given.word('run'))}/${verb}`, {}, headers);
}
