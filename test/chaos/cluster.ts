import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../simulation/random.js';
import { ChaosNode } from './chaos-node.js';
import { FaultyRelay } from './faulty-relay.js';
import type { Observer } from './observer.js';
import { rootFolder } from './root-folder.js';

/** Short, so that much happens in little time. */
export const LEASE_MS = 1_500;
export const HEARTBEAT_MS = 400;
export const DEAD_AFTER_MS = 4_000;
const SHUTDOWN_GRACE_MS = 3_000;

const START_PATIENCE_MS = 60_000;

/** Where one node stands after the other: each that ends is replaced. */
export interface Slot {
  readonly name: string;
  readonly relay: FaultyRelay;
  /** The other way, beside a pooler; null: there is none. */
  readonly direct: FaultyRelay | null;
  node: ChaosNode;
  /** What is being done to it: one fault of each kind at a time. */
  readonly busy: Set<string>;
}

export interface ClusterPlan {
  readonly nodes: number;
  readonly databaseUrl: string;
  /** A URL that leads past the pooler, for every other node. */
  readonly directUrl: string | null;
  /** Nodes take their relay for a transaction pooler. */
  readonly asPooler: boolean;
  readonly out: string;
  /** Which application, of those in `app/`. */
  readonly app: 'main' | 'runs';
}

/** The processes, each behind a relay of its own. */
export class Cluster {
  readonly slots: Slot[] = [];
  /** Every process there ever was. */
  readonly all: ChaosNode[] = [];

  constructor(
    private readonly plan: ClusterPlan,
    private readonly observer: Observer,
    private readonly random: Random,
  ) {}

  get recordFile(): string {
    return join(this.plan.out, 'record.jsonl');
  }

  async start(): Promise<void> {
    for (let n = 1; n <= this.plan.nodes; n++) {
      const seed = this.random.whole(1, 2 ** 31);
      const relay = await FaultyRelay.to(this.plan.databaseUrl, seed, this.plan.asPooler);
      const { directUrl } = this.plan;
      const hasDirect = directUrl !== null && n % 2 === 0;
      const direct = hasDirect ? await FaultyRelay.to(directUrl, seed + 1, false) : null;
      const ways = { name: `n${n}`, relay, direct };
      this.slots.push({ ...ways, node: this.spawn(ways), busy: new Set<string>() });
    }
    await Promise.all(this.slots.map(({ node }) => this.atWork(node)));
  }

  /** Puts a new process where one has ended; of several faults that ended it, only the first does. */
  replace(slot: Slot): void {
    if (slot.node.isAlive) return;
    slot.node = this.spawn(slot);
  }

  /** Where the leader stands; null: nobody leads, or a process that is gone. */
  async leader(): Promise<Slot | null> {
    const [row] = await this.observer.query<{ name: string }>(
      `SELECT n.name FROM carillon.leader_lock l JOIN carillon.nodes n ON n.id = l.node_id
       WHERE l.expires_at > clock_timestamp()`,
    );
    return this.slots.find(({ node }) => node.isAlive && node.name === row?.name) ?? null;
  }

  /** Ends every process, and with it every relay. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await Promise.all(this.all.map((node) => node.end(signal)));
    const relays = this.slots.flatMap(({ relay, direct }) => (direct ? [relay, direct] : [relay]));
    await Promise.all(relays.map((relay) => relay.close()));
  }

  /** Resolves when the process is a known node. @throws Error when it is not in time */
  private async atWork(node: ChaosNode): Promise<void> {
    const giveUpAt = Date.now() + START_PATIENCE_MS;
    while (node.isAlive && Date.now() < giveUpAt) {
      const known = await this.observer.query('SELECT 1 FROM carillon.nodes WHERE name = $1', [
        node.name,
      ]);
      if (known.length > 0) return;
      await sleep(100);
    }
    throw new Error(`${node.name} did not start. Its log in ${this.plan.out} may say why.`);
  }

  private spawn({ name: slot, relay, direct }: Pick<Slot, 'name' | 'relay' | 'direct'>): ChaosNode {
    const name = `${slot}.${1 + this.all.filter((node) => node.name.startsWith(`${slot}.`)).length}`;
    const options = {
      databaseUrl: relay.url,
      ...(direct && { directDatabaseUrl: direct.url }),
      nodeName: name,
      leaseMs: LEASE_MS,
      heartbeatMs: HEARTBEAT_MS,
      deadAfterMs: DEAD_AFTER_MS,
      shutdownGraceMs: SHUTDOWN_GRACE_MS,
    };
    // Every other host has a database of its own.
    const bank = Number(slot.slice(1)) % 2 === 1 ? { BANK: 'yes' } : {};
    const node = new ChaosNode(name, {
      script: join(rootFolder(), `dist/chaos/test/chaos/app/${this.plan.app}.js`),
      env: { OPTIONS: JSON.stringify(options), RECORD: this.recordFile, ...bank, ...this.skew() },
      logFile: join(this.plan.out, `${slot}.log`),
    });
    this.all.push(node);
    return node;
  }

  /** Every other machine's clocks are wrong. */
  private skew(): Record<string, string> {
    const shift = this.random.pick([0, 0, 0, -HOUR_MS, HOUR_MS, 5_000]);
    const rate = this.random.pick([1, 1, 1, 1, 0.95, 1.05, 0.6, 1.6]);
    return { CLOCK_SHIFT_MS: String(shift), CLOCK_RATE: String(rate) };
  }
}

const HOUR_MS = 3_600_000;
