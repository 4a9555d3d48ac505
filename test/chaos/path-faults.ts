import { setTimeout as sleep } from 'node:timers/promises';
import { DEAD_AFTER_MS, LEASE_MS } from './cluster.js';
import type { Fault } from './fault.js';

/** Ways to the database that are hardly any, and the one of two that is none. */
export const PATH_FAULTS: readonly Fault[] = [
  {
    kind: 'network drips',
    group: 'network',
    weight: 2,
    async inflict(_, { relay }, random) {
      const drip = { kind: 'drip', bytesPerSecond: random.whole(50, 2_000) } as const;
      const ways = random.pick([['up'], ['down'], ['up', 'down']] as const);
      const ms = random.whole(LEASE_MS, DEAD_AFTER_MS * 3);
      for (const way of ways) relay.set(way, drip);
      await sleep(ms);
      relay.heal();
      return `${ways.join(' and ')}, ${drip.bytesPerSecond} bytes a second, for ${ms} ms`;
    },
  },
];

/** Where there is a pooler, and some nodes know a way past it. */
export const POOLER_FAULTS: readonly Fault[] = [
  {
    kind: 'path beside the pooler is cut',
    group: 'network',
    weight: 4,
    fits: ({ direct }) => direct !== null,
    async inflict(_, { direct }, random) {
      if (direct === null) return 'there is none';
      const how = random.pick(['cut', 'swallow', 'stall'] as const);
      const ms = random.whole(LEASE_MS, DEAD_AFTER_MS * 3);
      if (how === 'cut') direct.cut();
      else for (const way of ['up', 'down'] as const) direct.set(way, { kind: how });
      await sleep(ms);
      direct.heal();
      return `${how} for ${ms} ms`;
    },
  },
];
