import type { Run } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { listed } from '../pages.js';
import { runFacts } from '../run-facts.js';
import { duration, errorText, instant, table } from '../words.js';

export const runs: Command = {
  name: 'runs',
  summary: 'lists runs, newest first, or tells all about one',
  args: [{ name: 'run', about: 'the id of a run', optional: true }],
  options: {
    job: { value: 'job', about: 'of this job', multiple: true },
    task: { value: 'task', about: 'of this task' },
    state: {
      value: 'state',
      about: 'pending, running, succeeded, failed, timed-out, cancelled, abandoned, skipped',
      multiple: true,
    },
    cause: { value: 'cause', about: 'fired, manual, backfill, retry', multiple: true },
    from: {
      value: 'instant',
      about: 'with a fire time from then on, such as 2027-03-01T08:00:00Z',
    },
    to: { value: 'instant', about: 'with a fire time until then' },
    text: { value: 'text', about: 'with it in their id, job or error' },
    limit: { value: 'n', about: 'so many at most, 20 by default' },
  },
  async run(given, { api, answer, err }) {
    const id = given.optional('run');
    if (id !== undefined) {
      const run = await api.get<Run>(`runs/${encodeURIComponent(id)}`, { include: 'attempts' });
      answer(run, () => runFacts(run));
      return EXIT.ok;
    }
    const query = {
      job: given.list('job'),
      task: given.text('task'),
      state: given.list('state'),
      cause: given.list('cause'),
      from: given.text('from'),
      to: given.text('to'),
      text: given.text('text'),
    };
    const limit = given.count('limit', 10_000) ?? 20;
    const { items, more } = await listed<Run>(api, 'runs', query, limit);
    const head = ['ID', 'JOB', 'FIRE TIME', 'STATE', 'TOOK', 'WHY'];
    answer(items, () => table(head, items.map(rowOf)));
    if (more) err(`There are more: narrow them, or raise --limit.`);
    return EXIT.ok;
  },
};

function rowOf(run: Run): string[] {
  const { id, jobId, fireAt, state, durationMs, reason, error } = run;
  const because = reason ?? errorText(error) ?? '';
  return [id, jobId, instant(fireAt), state, duration(durationMs), because.slice(0, 100)];
}
