import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../simulation/random.js';
import type { Slot } from './cluster.js';
import { DATABASE_FAULTS } from './database-faults.js';
import { FAILPOINT_FAULTS } from './failpoint-faults.js';
import { GROUPS_OF_NODES, type Fault, type Group, type Inflicted, type World } from './fault.js';
import { HOST_FAULTS } from './host-faults.js';
import { LOAD_FAULTS } from './load-faults.js';
import { LOCK_FAULTS } from './lock-faults.js';
import { NETWORK_FAULTS } from './network-faults.js';
import type { ChaosOptions } from './options.js';
import { PATH_FAULTS, POOLER_FAULTS } from './path-faults.js';
import { PROCESS_FAULTS } from './process-faults.js';
import { ROLE_FAULTS } from './role-faults.js';
import { THREAD_FAULTS } from './thread-faults.js';
import { SERVER_FAULTS } from './server-faults.js';

const FAULTS = [
  ...PROCESS_FAULTS,
  ...THREAD_FAULTS,
  ...NETWORK_FAULTS,
  ...PATH_FAULTS,
  ...HOST_FAULTS,
  ...DATABASE_FAULTS,
  ...SERVER_FAULTS,
  ...ROLE_FAULTS,
  ...LOCK_FAULTS,
  ...LOAD_FAULTS,
  ...FAILPOINT_FAULTS,
];
const OF_NODES: readonly Group[] = GROUPS_OF_NODES;

/**
 * Draws faults from the seed and inflicts them, several at once: each node can have one of each
 * group, all together one of each of the other groups. The leader is hit half of the time, as what it does matters most.
 */
export class Nemesis {
  readonly timeline: Inflicted[] = [];
  /** What a fault itself found to be wrong. */
  readonly complaints: string[] = [];
  private readonly faults: readonly Fault[];
  private readonly going = new Set<Promise<void>>();
  private readonly busy = new Set<Group>();

  constructor(
    private readonly world: World,
    { scenario, faults }: Pick<ChaosOptions, 'scenario' | 'faults'>,
    private readonly random: Random,
    private readonly told: (fault: Inflicted) => void,
  ) {
    const everything = ['all', 'polling', 'pooler'].includes(scenario);
    const kills = scenario === 'transfers' && faults.length === 0;
    const parts = kills ? ['kill'] : faults;
    const all = scenario === 'pooler' ? [...FAULTS, ...POOLER_FAULTS] : FAULTS;
    this.faults = all.filter(
      ({ group, kind }) =>
        (everything || group === scenario || scenario === 'transfers') &&
        (parts.length === 0 || parts.some((part) => kind.includes(part))),
    );
  }

  /** @param rate faults in a minute, in the mean */
  async rage(rate: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.faults.length > 0) {
      await sleep(this.random.wait(60_000 / rate), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const going = this.inflictOne().catch((error: unknown) => {
        this.complaints.push(error instanceof Error ? error.message : String(error));
      });
      this.going.add(going);
      void going.then(() => this.going.delete(going));
    }
    await Promise.all(this.going);
  }

  private async inflictOne(): Promise<void> {
    const random = this.random.fork();
    const fault = draw(this.faults, random);
    if (!OF_NODES.includes(fault.group)) return this.hitAll(fault, random);
    const leader = await this.world.cluster.leader();
    const free = this.world.cluster.slots.filter(
      (slot) => !slot.busy.has(fault.group) && (fault.fits?.(slot) ?? true),
    );
    const slot = leader && free.includes(leader) && random.chance(0.5) ? leader : random.pick(free);
    // Everybody has one of these already.
    if (slot === undefined) return;
    slot.busy.add(fault.group);
    try {
      await this.inflict(fault, slot, slot.node.name, slot === leader, random);
    } finally {
      slot.busy.delete(fault.group);
    }
  }

  private async hitAll(fault: Fault, random: Random): Promise<void> {
    if (this.busy.has(fault.group)) return;
    this.busy.add(fault.group);
    try {
      await this.inflict(fault, this.world.cluster.slots[0]!, null, true, random);
    } finally {
      this.busy.delete(fault.group);
    }
  }

  private async inflict(
    fault: Fault,
    slot: Slot,
    node: string | null,
    leads: boolean,
    random: Random,
  ): Promise<void> {
    const at = new Date();
    const { kind, group, boundMs } = fault;
    const touches = fault.touches ?? (OF_NODES.includes(group) ? 'one node' : 'server');
    const rest = { at, node, leads, until: null, detail: '' };
    const inflicted: Inflicted = { kind, touches, boundMs, ...rest };
    this.timeline.push(inflicted);
    inflicted.detail = await fault.inflict(this.world, slot, random);
    inflicted.until = new Date();
    this.told(inflicted);
  }
}

function draw(faults: readonly Fault[], random: Random): Fault {
  let left = random.between(
    0,
    faults.reduce((sum, { weight }) => sum + weight, 0),
  );
  return faults.find(({ weight }) => (left -= weight) < 0) ?? faults[0]!;
}
