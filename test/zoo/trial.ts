import { NodeProcess } from '../support/node-process.js';
import { until } from '../support/until.js';
import type { InstalledHost } from './installed-host.js';
import { callApi, runOf } from './call-api.js';

export const RUNS = ['decorated', 'dynamic', 'transactional', 'REST', 'shutdown'] as const;

/** Null: it does; else why it does not. */
export type Verdicts = Readonly<Record<(typeof RUNS)[number], string | null>>;

export interface ZooDatabase {
  readonly url: string;
  query<Row extends object>(sql: string): Promise<Row[]>;
}

/** Two real processes of a host on an empty database. */
export class Trial {
  private readonly nodes: NodeProcess[];

  constructor(
    host: InstalledHost,
    private readonly database: ZooDatabase,
  ) {
    const { node: program, script } = host;
    const env = { DATABASE_URL: database.url };
    this.nodes = ['one', 'two'].map((name) => new NodeProcess(name, { program, script, env }));
  }

  async judge(): Promise<Verdicts> {
    await this.database.query(
      `CREATE TABLE IF NOT EXISTS effects (id serial PRIMARY KEY, job text, run text, process int)`,
    );
    const started = await verdict(async () => {
      await Promise.all(this.nodes.map((node) => node.saying('Listening on')));
    });
    if (started !== null) return verdictsOf(() => started);
    const decorated = await verdict(() => this.runsOnce('decorated'));
    const dynamic = await verdict(() => this.runsOnce('dynamic'));
    const transactional = await verdict(() => this.isAllOrNothing());
    const REST = await verdict(async () => callApi(await this.url(), this.database));
    const shutdown = await verdict(() => this.endsItsWork());
    return { decorated, dynamic, transactional, REST, shutdown };
  }

  get log(): string {
    return this.nodes.map(({ name, log }) => `${name}:\n${log}`).join('\n');
  }

  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end('SIGKILL')));
  }

  private async url(): Promise<string> {
    return /http:\S+/.exec(await this.nodes[0]!.saying('Listening on'))![0];
  }

  /** Each run has one effect, though two processes have the job. */
  private async runsOnce(job: string): Promise<void> {
    await until(`three effects of "${job}"`, async () => (await this.effects(job)).length >= 3);
    const runs = (await this.effects(job)).map(({ run }) => run);
    if (new Set(runs).size < runs.length) throw new Error(`a run of "${job}" was called twice`);
  }

  private async isAllOrNothing(): Promise<void> {
    await this.runsOnce('transactional');
    const failed = `SELECT FROM carillon.runs WHERE job_id = 'rolled-back' AND state = 'failed'`;
    await until('a run that failed', async () => (await this.database.query(failed)).length > 0);
    const left = await this.effects('rolled-back');
    if (left.length > 0) throw new Error('what a failed run wrote has stayed');
  }

  private async endsItsWork(): Promise<void> {
    await runOf(await this.url(), 'slow');
    // One that is only claimed would be given back by a stop, for whoever comes next.
    await Promise.any(this.nodes.map((node) => node.saying('The slow work has begun')));
    await Promise.all(this.nodes.map((node) => node.end('SIGTERM')));
    const [left] = await this.database.query<{ running: number; nodes: number }>(
      `SELECT (SELECT count(*)::int FROM carillon.runs WHERE state = 'running') AS running,
              (SELECT count(*)::int FROM carillon.nodes WHERE stopped_at IS NULL) AS nodes`,
    );
    if (left!.running > 0) throw new Error(`${left!.running} runs were left running`);
    if (left!.nodes > 0) throw new Error(`${left!.nodes} nodes have not said good-bye`);
    if ((await this.effects('slow')).length !== 1) throw new Error('its last run is not done');
  }

  private effects(job: string): Promise<{ run: string }[]> {
    return this.database.query(`SELECT run FROM effects WHERE job = '${job}'`);
  }
}

async function verdict(check: () => Promise<void>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function verdictsOf(of: (what: (typeof RUNS)[number]) => string | null): Verdicts {
  return Object.fromEntries(RUNS.map((what) => [what, of(what)])) as Verdicts;
}
