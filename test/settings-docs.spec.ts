/** The defaults that `src/docs/settings.md` names are those of the schema, and of the library's options. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../src/environment.js';
import { TasksOptions } from '../src/tasks/index.js';
import { ROOT } from './documents/blocks.js';

interface Documented {
  readonly name: string;
  /** What is no literal, such as `none`, stands for whatever is worked out at the start. */
  readonly literal: string | null;
}

const literalOf = (words: string) =>
  /^(?:`([^`]+)`|(\d[\d.]*|true|false))$/.exec(words)?.slice(1).find(Boolean) ?? null;

/** One default for each variable of a row, or one for all of them. */
function documentedIn(row: string): Documented[] {
  const [, names = '', defaults = ''] = row.split('|').map((cell) => cell.trim());
  const named = [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!);
  const parts = named.length > 1 && defaults.includes(', ') ? defaults.split(', ') : [defaults];
  return named.map((name, index) => ({ name, literal: literalOf(parts[index] ?? parts[0]!) }));
}

const settings = readFileSync(join(ROOT, 'src/docs/settings.md'), 'utf8');
const documented = settings
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap(documentedIn);

const read: Readonly<Record<string, unknown>> = environmentSchema.parse({});
const options = new TasksOptions() as unknown as Readonly<Record<string, unknown>>;

/** As it is written in the environment; null: there is nothing to write. */
function written(value: unknown): string | null {
  if (Array.isArray(value)) return value.length > 0 ? value.join(',') : null;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

const optionOf = (variable: string) =>
  variable
    .replace(/^TASKS_/, '')
    .toLowerCase()
    .replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe('src/docs/settings.md', () => {
  it('has a row for each variable, once', () => {
    const names = documented.map(({ name }) => name);
    const known = Object.keys(environmentSchema.shape).filter((name) => name !== 'NODE_ENV');
    expect(names.toSorted()).toEqual(known.toSorted());
  });

  it.each(documented.map((one) => [one.name, one] as const))(
    'has the default of %s',
    (name, { literal }) => {
      expect(literal).toBe(written(read[name]));
    },
  );

  it('has defaults that the options have too', () => {
    const shared = documented.filter(({ name }) => typeof options[optionOf(name)] === 'number');
    expect(shared.length).toBeGreaterThan(7);
    for (const { name, literal } of shared) expect(literal).toBe(written(options[optionOf(name)]));
  });
});
