import type { Problem } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { instant, plain } from '../words.js';

export const problems: Command = {
  name: 'problems',
  summary: 'says what is wrong, the worst first, and what to do; the exit code is 1 for an error',
  args: [],
  options: {},
  async run(_given, { api, answer }) {
    const { items } = await api.get<{ items: Problem[] }>('problems');
    const lines = () => (items.length === 0 ? ['Nothing is wrong.'] : items.flatMap(paragraph));
    answer(items, lines);
    return items.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.ok;
  },
};

function paragraph({ kind, severity, since, message, remedy }: Problem): string[] {
  const when = since === null ? '' : ` since ${instant(since)}`;
  return [`${severity}: ${kind}${when}`, `  ${plain(message)}`, `  To do: ${plain(remedy)}`];
}
