import { randomUUID } from 'node:crypto';
import type { Run } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { ended, followed } from '../follow.js';
import { runFacts } from '../run-facts.js';

export const run: Command = {
  name: 'run',
  summary: 'runs a job now, also a paused one',
  args: [{ name: 'job', about: 'the id of a job' }],
  options: {
    payload: { value: 'json', about: 'what the task gets, instead of what the job says' },
    overlap: {
      value: 'policy',
      about: 'for this run: skip, buffer-one, buffer-all, cancel-previous, allow',
    },
    reason: { value: 'text', about: 'why, for the audit' },
    'idempotency-key': { value: 'key', about: 'asked again with the same one, it is the same run' },
    wait: { about: 'until it has ended; the exit code is 1 unless it succeeded' },
  },
  async run(given, place) {
    const { api, answer } = place;
    const payload = given.parsed('payload');
    const overlap = given.text('overlap');
    const reason = given.text('reason');
    const body = {
      ...(payload !== undefined && { payload }),
      ...(overlap !== undefined && { overlap }),
    };
    const asked = await api.post<Run>(`jobs/${encodeURIComponent(given.word('job'))}/run`, body, {
      'Idempotency-Key': given.text('idempotency-key') ?? randomUUID(),
      ...(reason !== undefined && { 'X-Reason': encodeURIComponent(reason) }),
    });
    const isAwaited = given.flag('wait');
    const told = isAwaited ? await followed(place, asked.id) : asked;
    answer(told, () => runFacts(told));
    return !isAwaited || (ended(told) && told.state === 'succeeded') ? EXIT.ok : EXIT.failed;
  },
};
