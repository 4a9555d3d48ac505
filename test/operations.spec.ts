/** What an operator relies on is written down: a name that is not documented fails here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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

describe('src/docs/settings.md', () => {
  const documented = quoted(read('src/docs/settings.md'));

  it('has every environment variable, and none that does not exist', () => {
    const known = Object.keys(environmentSchema.shape);
    expect(known.filter((name) => !documented.has(name))).toEqual([]);
    const told = [...documented].filter((word) => /^TASKS_[A-Z_]+$/.test(word));
    expect(told.filter((name) => !known.includes(name))).toEqual([]);
  });
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly query: unknown }[] };
}

const rules = (
  parse(read('src/operations/alerts.yml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('src/operations/dashboard.json')) as Dashboard;
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** Series that an expression asks for and no node tells; histograms have three. */
const unknownIn = (expr: string) =>
  [...expr.matchAll(/\bscheduler_\w+/g)]
    .map(([name]) => name.slice(PREFIX.length).replace(/_(bucket|sum|count)$/, ''))
    .filter((name) => !(name in METRICS));

/** Labels that are asked for of a metric that does not have them. */
const wrongLabelsIn = (expr: string) =>
  [...expr.matchAll(/\bscheduler_(\w+?)(?:_bucket)?\{([^}]*)\}/g)].flatMap(([, name, filter]) => {
    const known: readonly string[] = METRICS[name as keyof typeof METRICS]?.labels ?? [];
    const asked = [...filter!.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label!);
    return asked.filter((label) => ![...known, 'job', 'instance'].includes(label));
  });

describe('src/operations/alerts.yml', () => {
  it('asks for metrics and labels that exist', () => {
    expect(rules.flatMap(({ expr }) => [...unknownIn(expr), ...wrongLabelsIn(expr)])).toEqual([]);
  });

  it('says of each alert in a sentence what is wrong, and how urgent it is', () => {
    const mute = rules.filter(
      ({ labels, annotations }) =>
        !['page', 'warning'].includes(labels.severity) || !annotations.summary.endsWith('.'),
    );
    expect(mute.map(({ alert }) => alert)).toEqual([]);
  });

  it('has a section of the runbook for each alert, and no other', () => {
    const sections = [...read('src/docs/runbook.md').matchAll(/^## (\w+)$/gm)].map(([, it]) => it!);
    expect(sections.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });
});

describe('src/operations/dashboard.json', () => {
  it('asks for metrics and labels that exist', () => {
    const asked = [
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...dashboard.annotations.list.map(({ expr }) => expr),
      ...dashboard.templating.list.map(({ query }) => JSON.stringify(query)),
    ];
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.flatMap((expr) => [...unknownIn(expr), ...wrongLabelsIn(expr)])).toEqual([]);
  });

  it('has a row of src/docs/metrics.md for each panel', () => {
    const documented = quoted(read('src/docs/metrics.md'));
    expect(panels.map(({ title }) => title).filter((title) => !documented.has(title))).toEqual([]);
  });
});
