import { writeFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Violation } from '../simulation/invariants.js';
import type { Inflicted } from './fault.js';
import type { Figures, Spread } from './figures.js';
import type { Liveness } from './liveness.js';
import type { ChaosOptions } from './options.js';

/** All that a run of the harness has to say. */
export interface Report {
  readonly options: ChaosOptions;
  readonly startedAt: Date;
  readonly tookMs: number;
  readonly machine: Readonly<Record<string, string>>;
  /** From the last fault until everything was well; null: it never was. */
  readonly recoveredMs: number | null;
  readonly figures: Figures;
  readonly liveness: Liveness;
  /** What users had acknowledged. */
  readonly changes: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly timeline: readonly Inflicted[];
}

export function machine(postgres: string): Record<string, string> {
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()}`,
    node: process.version,
    postgres,
  };
}

/** Writes `report.json` and `report.md`. @returns the path of the latter */
export function writeReport(report: Report): string {
  const { out } = report.options;
  writeFileSync(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  const path = join(out, 'report.md');
  writeFileSync(path, markdown(report));
  return path;
}

function markdown(report: Report): string {
  const { options, figures, violations, timeline, startedAt } = report;
  const seconds = (at: Date) => ((at.getTime() - startedAt.getTime()) / 1_000).toFixed(1);
  return [
    `# Chaos, scenario "${options.scenario}", seed ${options.seed}`,
    '',
    summary(report),
    '',
    table(['machine', ''], Object.entries(report.machine)),
    table(['faults', 'count'], Object.entries(figures.faults)),
    table(['rows of the ledger', 'count'], Object.entries(figures.runs)),
    table(['changes acknowledged', 'count'], Object.entries(report.changes)),
    table(
      ['until the next leader, in ms', 'count', 'p50', 'p90', 'max'],
      Object.entries(figures.takeovers).map(([kind, s]) => [kind, s.count, s.p50, s.p90, s.max]),
    ),
    livenessTable(report),
    '## Violations',
    '',
    ...(violations.length === 0 ? ['None.'] : violations.slice(0, 50).map(violationLine)),
    '',
    '## Timeline',
    '',
    table(
      ['from s', 'to s', 'fault', 'node', 'detail'],
      timeline.map(({ at, until, kind, node, leads, detail }) => [
        seconds(at),
        until ? seconds(until) : '',
        kind,
        `${node ?? 'database'}${node !== null && leads ? ' (leader)' : ''}`,
        detail,
      ]),
    ),
  ].join('\n');
}

/** What the faults of each kind did to jobs that they did not touch. */
export function livenessTable({ liveness: { byKind, undisturbed } }: Report): string {
  return table(
    ['kind', 'n', 'longest without any fire', 'canaries', 'p50', 'max', 'bound, if alone'],
    [
      ...Object.entries(byKind).map(([kind, { count, silentMs, canaries, boundMs }]) => [
        kind,
        count,
        silentMs,
        ...(canaries ? [canaries.count, canaries.p50, canaries.max] : [0, '', '']),
        boundMs,
      ]),
      undisturbed
        ? ['(none)', '', '', undisturbed.count, undisturbed.p50, undisturbed.max, '']
        : ['(none)', '', '', 0, '', '', ''],
    ],
  );
}

/** The few lines that a person wants to see. */
export function summary({ options, figures, violations, recoveredMs, tookMs }: Report): string {
  const faults = Object.values(figures.faults).reduce((sum, count) => sum + count, 0);
  return [
    `${faults} faults in ${options.minutes} minutes on ${options.nodes} nodes, seed ${options.seed}:`,
    `${figures.fired} fire times recorded, ${figures.handlersCalled} handlers called, ` +
      `${figures.terms} terms of leaders.`,
    `${figures.doubles} doubles, ${figures.losses} losses, ${figures.overwritten} overwritten; ` +
      `${violations.length} violations in all.`,
    `Lateness of starts: ${spreadText(figures.lateness)}. ` +
      `Settled after the end of a process: ${spreadText(figures.settling)}.`,
    `Well again ${recoveredMs === null ? 'never' : `${recoveredMs} ms after the last fault`}; ` +
      `${Math.round(tookMs / 1_000)} s in all.`,
  ].join('\n');
}

const violationLine = ({ invariant, detail, evidence }: Violation) =>
  `- **${invariant}**: ${detail}\n\n  \`${JSON.stringify(evidence)}\``;

const spreadText = (spread: Spread | null) =>
  spread === null
    ? 'none'
    : `p50 ${spread.p50} ms, p99 ${spread.p99} ms, max ${spread.max} ms of ${spread.count}`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
