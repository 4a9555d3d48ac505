import { mkdtempSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewJobInput } from 'carillon';
import { openBank } from '../chaos/bank-book.js';
import { ChaosNode } from '../chaos/chaos-node.js';
import type { Arming } from '../chaos/failpoints.js';
import { createTestDatabase, type TestDatabase } from './postgres.js';
import { until } from './until.js';

export const HEARTBEAT_MS = 400;
export const DEAD_AFTER_MS = 2_000;

/** What a handler wrote down. */
export interface Noted {
  readonly what: 'start' | 'succeeded' | 'failed';
  readonly runId: string;
  readonly attempt: number;
  readonly nodeId: string;
  readonly at: string;
  /** Why its signal was aborted. */
  readonly signal?: string;
}

export interface RunRow {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempt: number;
  readonly node: string | null;
  readonly node_id: string | null;
  readonly error: { readonly name: string; readonly message: string } | null;
  readonly result: unknown;
  readonly handler_alive: boolean;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

/** Processes of the host application in `test/chaos/app/runs.ts`, on a database of their own. */
export class RunHosts {
  readonly nodes: ChaosNode[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'carillon-runs-'));

  private constructor(readonly database: TestDatabase) {}

  static async create(): Promise<RunHosts> {
    const database = await createTestDatabase();
    await openBank((sql) => database.query(sql));
    return new RunHosts(database);
  }

  get recordFile(): string {
    return join(this.folder, 'record.jsonl');
  }

  /** Resolves when the process is a known node. */
  async start(
    name: string,
    options: Readonly<Record<string, unknown>> = {},
    armed: readonly Arming[] = [],
  ): Promise<ChaosNode> {
    const node = this.spawn(name, options, armed);
    await until(`${name} at work`, async () => {
      if (!node.isAlive) throw new Error(`${name} ended: ${this.log(name)}`);
      const sql = 'SELECT 1 FROM carillon.nodes WHERE name = $1 AND stopped_at IS NULL';
      return (await this.database.query(sql, [name])).length > 0;
    });
    return node;
  }

  spawn(
    name: string,
    options: Readonly<Record<string, unknown>> = {},
    armed: readonly Arming[] = [],
  ): ChaosNode {
    const all = {
      databaseUrl: this.database.url,
      nodeName: name,
      leaseMs: 1_500,
      heartbeatMs: HEARTBEAT_MS,
      deadAfterMs: DEAD_AFTER_MS,
      shutdownGraceMs: 1_000,
      ...options,
    };
    const node = new ChaosNode(name, {
      script: join(import.meta.dirname, '../../dist/chaos/test/chaos/app/runs.js'),
      env: {
        OPTIONS: JSON.stringify(all),
        ARMED: JSON.stringify(armed),
        RECORD: this.recordFile,
      },
      logFile: join(this.folder, `${name}.log`),
    });
    this.nodes.push(node);
    return node;
  }

  log(name: string): string {
    return readFileSync(join(this.folder, `${name}.log`), 'utf8');
  }

  /** Lines that the handlers have written down. One that a killed process did not finish is none. */
  noted(what?: Noted['what']): Noted[] {
    if (!existsSync(this.recordFile)) return [];
    const lines = readFileSync(this.recordFile, 'utf8').split('\n').slice(0, -1);
    const all = lines.map((line) => JSON.parse(line) as Noted);
    return what === undefined ? all : all.filter((line) => line.what === what);
  }

  /** The runs of a job that did not end before they began, by id. */
  runs(jobId: string): Promise<RunRow[]> {
    return this.database.query<RunRow>(
      `SELECT r.id::text, r.state, r.reason, r.attempt, n.name AS node, r.node_id, r.error,
              r.result, r.handler_alive, r.created_at, r.finished_at
       FROM carillon.runs r LEFT JOIN carillon.nodes n ON n.id = r.node_id
       WHERE r.job_id = $1 ORDER BY r.id`,
      [jobId],
    );
  }

  /** The job's only run, once it is as wanted. */
  run(jobId: string, wanted: string, fits: (run: RunRow) => boolean): Promise<RunRow> {
    return until(`a run of "${jobId}" that ${wanted}`, async () => {
      const [run] = await this.runs(jobId);
      return run && fits(run) ? run : null;
    });
  }

  /** Resolves when a run of the job works; says which. */
  async running(by: ChaosNode, job: OnDemand): Promise<RunRow> {
    await by.ask({ do: 'add', job: { ...job, trigger: NEVER } });
    await by.ask({ do: 'run', jobId: job.id });
    const run = await this.run(job.id, 'is running', ({ state }) => state === 'running');
    await until('its handler', () => this.noted('start').some(({ runId }) => runId === run.id));
    return run;
  }

  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end('SIGKILL')));
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

type OnDemand = Omit<NewJobInput, 'trigger'>;

/** Only runs that are asked for. */
export const NEVER = { type: 'date', at: '2090-01-01T00:00:00Z' } as const;
