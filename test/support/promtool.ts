import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

export const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

export const PROMTOOL_MISSING =
  'NOT RUN: the rules of Prometheus are not evaluated. Install it: apt-get install prometheus';

/** A series over time, in promtool's notation: `0+1x60` grows by one each minute for an hour. */
export type Series = Readonly<Record<string, string>>;

export interface Scenario {
  readonly series: Series;
  /** The alerts that fire after an hour of it. */
  readonly fires: readonly string[];
}

/**
 * Lets promtool evaluate a file of rules after an hour of each of these.
 *
 * @returns the scenarios that end otherwise than was said, each with promtool's words
 */
export function evaluate(
  rules: string,
  scenarios: Readonly<Record<string, Scenario>>,
  alerts: readonly string[],
): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-rules-'));
  const complaint = (some: readonly Scenario[]): string | null => {
    const file = join(folder, 'test.yml');
    const tests = some.map((scenario) => testOf(scenario, alerts));
    writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: '5m', tests }));
    const asked = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    return asked.status === 0 ? null : asked.stdout + asked.stderr;
  };
  try {
    if (complaint(Object.values(scenarios)) === null) return {};
    const wrong = Object.entries(scenarios).map(([name, one]) => [name, complaint([one])] as const);
    return Object.fromEntries(
      wrong.filter((entry): entry is [string, string] => entry[1] !== null),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Null: Prometheus can read all of them; else what it says. */
export function expressionsAre(expressions: readonly string[]): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-rules-'));
  try {
    const file = join(folder, 'rules.yml');
    const rules = expressions.map((expr, n) => ({ record: `expression:${n}`, expr }));
    writeFileSync(file, stringify({ groups: [{ name: 'all', rules }] }));
    const asked = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    return asked.status === 0 ? null : asked.stdout + asked.stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const testOf = ({ series, fires }: Scenario, alerts: readonly string[]) => ({
  interval: '1m',
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  // Whether there are any of each: what they say of themselves is for people.
  promql_expr_test: alerts.map((alert) => ({
    expr: `count(ALERTS{alertname="${alert}", alertstate="firing"}) > bool 0 or vector(0)`,
    eval_time: '60m',
    exp_samples: [{ labels: '{}', value: fires.includes(alert) ? 1 : 0 }],
  })),
});
