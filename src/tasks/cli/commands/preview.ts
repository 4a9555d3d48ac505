import type { Previewed } from '../answers.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { plain, table } from '../words.js';

export const preview: Command = {
  name: 'preview',
  summary: 'says what a cron expression means, and when it fires',
  args: [{ name: 'cron', about: "an expression in quotes, such as '0 9 * * 1-5'" }],
  options: {
    'time-zone': { value: 'zone', about: 'such as Europe/Berlin; UTC by default' },
    from: { value: 'instant', about: 'fire times from then on; now by default' },
    limit: { value: 'n', about: 'so many fire times at most, 10 by default' },
  },
  async run(given, { api, answer }) {
    const timeZone = given.text('time-zone');
    const from = given.text('from');
    const shown = await api.post<Previewed>('triggers/preview', {
      trigger: { type: 'cron', expression: given.word('cron'), ...(timeZone && { timeZone }) },
      limit: given.count('limit', 1_000) ?? 10,
      ...(from !== undefined && { from }),
    });
    answer(shown, () => [
      plain(shown.description),
      '',
      ...table(
        ['LOCAL', 'OFFSET', 'UTC', 'NOTE'],
        shown.items.map(({ local, offset, utc, note }) => [local, offset, utc, note ?? '']),
      ),
    ]);
    return EXIT.ok;
  },
};
