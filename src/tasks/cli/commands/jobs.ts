import type { Job } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { listed } from '../pages.js';
import { instant, table } from '../words.js';

export const jobs: Command = {
  name: 'jobs',
  summary: 'lists jobs: their state, what became of the last run, and when they fire next',
  args: [],
  options: {
    text: { value: 'text', about: 'whose id or name contains it' },
    task: { value: 'task', about: 'of this task' },
    tag: { value: 'tag', about: 'that bear it', multiple: true },
    state: {
      value: 'state',
      about: 'active, paused, finished, orphaned, unreadable',
      multiple: true,
    },
    failing: { about: 'whose last run failed, timed out or was abandoned' },
    limit: { value: 'n', about: 'so many at most, 100 by default' },
  },
  async run(given, { api, answer, err }) {
    const query = {
      text: given.text('text'),
      task: given.text('task'),
      tag: given.list('tag'),
      state: given.list('state'),
      failing: given.flag('failing') ? 'true' : undefined,
      include: 'lastRun,description',
    };
    const limit = given.count('limit', 10_000) ?? 100;
    const { items, more } = await listed<Job>(api, 'jobs', query, limit);
    answer(items, () => table(['ID', 'STATE', 'LAST RUN', 'NEXT', 'TRIGGER'], items.map(rowOf)));
    if (more) err(`There are more: narrow them, or raise --limit.`);
    return EXIT.ok;
  },
};

function rowOf({ id, state, lastRun, nextFireAt, description, trigger }: Job): string[] {
  const last = lastRun ? `${lastRun.state} ${instant(lastRun.finishedAt ?? lastRun.fireAt)}` : '-';
  return [id, state, last, instant(nextFireAt), description ?? trigger.type];
}
