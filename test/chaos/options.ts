import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SERVERS, usualServer, type ServerKind } from './postgres-server.js';

/**
 * Which faults there are. `pooler` has all of them behind a PgBouncer, `polling` those of nodes that
 * only believe to be behind one. `transfers` kills processes in the midst of transactional runs, and has
 * defaults of its own: 3 minutes, 3 nodes, 60 faults a minute.
 */
export const SCENARIOS = [
  'all',
  'calm',
  'process',
  'network',
  'database',
  'locks',
  'load',
  'host',
  'failpoints',
  'polling',
  'pooler',
  'transfers',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface ChaosOptions {
  /** How long faults go on. Default: 10. */
  readonly minutes: number;
  /** Decides which faults come when. Default: one that is drawn and printed. */
  readonly seed: number;
  /** How many processes. Default: 4. */
  readonly nodes: number;
  /** Default: `all`. */
  readonly scenario: Scenario;
  /** Default: that of the system's packages where it is installed. */
  readonly server: ServerKind;
  /** Faults in a minute, in the mean. Default: 20. */
  readonly rate: number;
  /** Failpoints to draw from, such as `fires.fire:before`. Default: all. */
  readonly places: readonly string[];
  /** Parts of the names of the only faults to draw, such as `kill`. Default: all of the scenario. */
  readonly faults: readonly string[];
  /** Folder of the report, the record and the logs of the nodes. Default: a new one in the temporary folder. */
  readonly out: string;
}

const USUAL = { minutes: '10', nodes: '4', rate: '20' };
const TRANSFERS = { minutes: '3', nodes: '3', rate: '60' };

/** @throws Error that names the option and what it may be */
export function chaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      nodes: { type: 'string' },
      scenario: { type: 'string', default: 'all' },
      server: { type: 'string' },
      rate: { type: 'string' },
      places: { type: 'string', default: '' },
      faults: { type: 'string', default: '' },
      out: { type: 'string' },
    },
  });
  const scenario = SCENARIOS.find((name) => name === values.scenario);
  if (!scenario) throw new Error(`--scenario must be one of ${SCENARIOS.join(', ')}.`);
  const server = SERVERS.find((kind) => kind === (values.server ?? usualServer()));
  if (!server) throw new Error(`--server must be one of ${SERVERS.join(', ')}.`);
  const usual = scenario === 'transfers' ? TRANSFERS : USUAL;
  return {
    minutes: positive('minutes', values.minutes ?? usual.minutes),
    seed: positive('seed', values.seed ?? String(1 + (Date.now() % 1_000_000))),
    nodes: positive('nodes', values.nodes ?? usual.nodes),
    rate: positive('rate', values.rate ?? usual.rate),
    scenario,
    server,
    places: list(values.places),
    faults: list(values.faults),
    out: outFolder(values.out),
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} is "${text}", but must be a number above 0.`);
  return value;
}

const list = (text: string) => text.split(',').filter((item) => item !== '');

function outFolder(given: string | undefined): string {
  if (given === undefined) return mkdtempSync(join(tmpdir(), 'carillon-chaos-'));
  mkdirSync(given, { recursive: true });
  return resolve(given);
}
