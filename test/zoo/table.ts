import { type Breed } from './breeds.js';
import { RUNS, type Verdicts } from './trial.js';

const STANDS_ON = ['nest', 'schedule', 'typeorm', 'adapter', 'modules', 'node'] as const;

/** Hosts by what they stand on, and what runs in each. */
export function tableOf(rows: readonly (readonly [Breed, Verdicts])[]): string {
  const heads = [...STANDS_ON, ...RUNS.map((what) => `runs: ${what}`)];
  const lines = rows.map(([breed, verdicts]) => [
    ...STANDS_ON.map((what) => breed[what]),
    ...RUNS.map((what) => (verdicts[what] === null ? 'yes' : 'no')),
  ]);
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...lines.map((line) => line[at]!.length)),
  );
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [row(heads), row(rule), ...lines.map(row)].join('\n');
}
