import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChaosNode } from '../chaos/chaos-node.js';
import { FaultyRelay } from '../chaos/faulty-relay.js';
import { rootFolder } from '../chaos/root-folder.js';
import type { BenchDatabase } from './bench-host.js';

/** A node of a process of its own. */
export interface BenchNode {
  readonly process: ChaosNode;
  /** Its way to the database, where that can be cut; null: it goes there by itself, as nothing else may cost time. */
  readonly relay: FaultyRelay | null;
}

/** Nodes as real processes, with the defaults that users get. */
export class BenchCluster {
  readonly nodes: BenchNode[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  private started = 0;

  /** @param app which of the applications in this folder's `app/` */
  constructor(
    private readonly database: BenchDatabase,
    private readonly app: 'idle' | 'every-second',
    private readonly options: Readonly<Record<string, unknown>> = {},
    private readonly way: 'direct' | 'relayed' = 'direct',
  ) {}

  /** Resolves when the node is known to the cluster. */
  async start(): Promise<BenchNode> {
    const name = `n${++this.started}`;
    const { url } = this.database;
    const relay = this.way === 'direct' ? null : await FaultyRelay.to(url, this.started, false);
    const process = new ChaosNode(name, {
      script: join(rootFolder(), `dist/test-bench/test/bench/app/${this.app}.js`),
      env: {
        OPTIONS: JSON.stringify({
          databaseUrl: relay?.url ?? url,
          nodeName: name,
          ...this.options,
        }),
      },
      logFile: join(this.folder, `${name}.log`),
    });
    const node = { process, relay };
    this.nodes.push(node);
    await this.database.until(
      `${name} is known`,
      'SELECT 1 FROM carillon.nodes WHERE name = $1',
      name,
    );
    return node;
  }

  /** The node that leads now; waits for one. */
  async leader(): Promise<{ readonly node: BenchNode; readonly token: number }> {
    const [row] = await this.database.until<{ name: string; token: string }>(
      'a leader',
      `SELECT n.name, l.fencing_token AS token
       FROM carillon.leader_lock l JOIN carillon.nodes n ON n.id = l.node_id
       WHERE l.expires_at > clock_timestamp()`,
    );
    const node = this.nodes.find(({ process }) => process.name === row!.name);
    if (!node) throw new Error(`${row!.name} leads, and is none of ours`);
    return { node, token: Number(row!.token) };
  }

  async end(node: BenchNode, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await node.process.end(signal);
    await node.relay?.close();
    this.nodes.splice(this.nodes.indexOf(node), 1);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.nodes].map((node) => this.end(node, 'SIGTERM')));
  }
}

/** CPU time that a process has used so far, in ms; 0: it is gone. */
export function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // utime and stime, after the name and the state; in ticks of a hundredth of a second.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
