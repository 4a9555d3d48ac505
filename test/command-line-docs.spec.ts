/** What can be typed is in the documents. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../src/environment.js';
import { COMMANDS } from '../src/tasks/cli/commands.js';
import { EXIT } from '../src/tasks/cli/exit-codes.js';
import { EVERYWHERE } from '../src/tasks/cli/parse.js';

const docs = (name: string) =>
  readFileSync(join(import.meta.dirname, '../src/docs', `${name}.md`), 'utf8');

const commandLine = docs('command-line');

/** The rows of tables whose first cell is this. */
const rowsOf = (cell: string) =>
  commandLine.split('\n').filter((line) => line.match(/^\| (.*?) *\|/)?.[1] === cell);

describe('src/docs/command-line.md', () => {
  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    'has the command %s, with its words and options',
    (name, { args, options }) => {
      const words = args.map((word) => (word.optional ? ` [${word.name}]` : ` <${word.name}>`));
      expect(rowsOf(`\`carillon ${name}${words.join('')}\``)).toHaveLength(1);
      const documented =
        rowsOf(`\`${name}\``)
          .join('')
          .match(/--[a-z-]+/g) ?? [];
      expect(documented).toEqual(Object.keys(options).map((option) => `--${option}`));
    },
  );

  it('has what every command takes', () => {
    const documented = rowsOf('every one')
      .join('')
      .match(/--[a-z-]+/g);
    expect(documented).toEqual(Object.keys(EVERYWHERE).map((option) => `--${option}`));
  });

  it('has every exit code', () => {
    for (const code of Object.values(EXIT)) expect(rowsOf(String(code))).toHaveLength(1);
  });
});

describe('src/docs/settings.md', () => {
  it('has every environment variable', () => {
    const settings = docs('settings');
    const missing = Object.keys(environmentSchema.shape).filter(
      (name) => !settings.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });
});
