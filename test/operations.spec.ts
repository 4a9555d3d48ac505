/** What an operator relies on is written down: a name that is not documented fails here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../src/environment.js';
import { METRICS } from '../src/tasks/metrics/metric-list.js';
import { sourceFiles } from './support/source-files.js';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What stands in backticks, but not in a block of code. */
const quoted = (text: string) =>
  new Set([...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, it]) => it!));

const PREFIX = 'scheduler_';

describe('src/docs/metrics.md', () => {
  const documented = quoted(read('src/docs/metrics.md'));

  it('has every metric', () => {
    const missing = Object.keys(METRICS).filter((name) => !documented.has(PREFIX + name));
    expect(missing).toEqual([]);
  });

  it('has none that does not exist', () => {
    const told = [...documented].filter((word) => /^scheduler_\w+$/.test(word) && word !== PREFIX);
    expect(told.filter((name) => !(name.slice(PREFIX.length) in METRICS))).toEqual([]);
  });

  it('has the labels of each in its row, or they are those of the table', () => {
    const rows = read('src/docs/metrics.md').split('\n');
    const bare = Object.entries(METRICS).flatMap(([name, { labels }]) => {
      const row = rows.find((line) => line.startsWith(`| \`${PREFIX}${name}\``)) ?? '';
      const missing = labels.filter((label) => !row.includes(`\`${label}\``));
      return name.startsWith('job_') || missing.length === 0 ? [] : [`${name}: ${missing.join()}`];
    });
    expect(bare).toEqual([]);
  });
});

describe('src/docs/events.md', () => {
  const { text } = sourceFiles().find(({ path }) => path === 'tasks/domain/events.ts')!;
  const names = [...text.matchAll(/^ {2}'([\w-]+\.[\w-]+)':/gm)].map(([, name]) => name!);
  const documented = quoted(read('src/docs/events.md'));

  it('has every event', () => {
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !documented.has(name))).toEqual([]);
  });

  it('has none that does not exist', () => {
    const told = [...documented].filter((word) => /^[a-z-]+\.[a-z-]+$/.test(word));
    expect(told.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('README.md', () => {
  const documented = quoted(read('README.md'));

  it('has every environment variable, and none that does not exist', () => {
    const known = Object.keys(environmentSchema.shape);
    expect(known.filter((name) => !documented.has(name))).toEqual([]);
    const told = [...documented].filter((word) => /^TASKS_[A-Z_]+$/.test(word));
    expect(told.filter((name) => !known.includes(name))).toEqual([]);
  });
});
