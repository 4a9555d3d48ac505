import { setTimeout as sleep } from 'node:timers/promises';
import { DEAD_AFTER_MS, LEASE_MS, type Slot } from './cluster.js';
import type { Arming } from './failpoints.js';
import type { Fault } from './fault.js';

/** What happens to one of the two threads of a node, or to both. */
export const THREAD_FAULTS: readonly Fault[] = [
  {
    kind: 'blocked event loop',
    group: 'process',
    weight: 3,
    // Whoever leads: the engine has a thread of its own.
    boundMs: 0,
    async inflict(_, slot) {
      await spin(slot, 3 * LEASE_MS);
      return `for ${3 * LEASE_MS} ms`;
    },
  },
  {
    kind: 'engine thread: ends',
    group: 'process',
    weight: 3,
    async inflict(_, slot, random) {
      const nth = random.whole(1, 4);
      await arm(slot, { place: '*', action: 'end-thread', nth });
      await sleep(2_000);
      return `at the ${nth}. step`;
    },
  },
  {
    kind: 'engine thread: stands still',
    group: 'process',
    weight: 2,
    async inflict(_, slot, random) {
      const ms = random.whole(LEASE_MS * 0.5, DEAD_AFTER_MS);
      await arm(slot, { place: '*', action: 'spin', ms, nth: 1 });
      await sleep(ms + 500);
      return `for ${ms} ms`;
    },
  },
  {
    kind: 'engine thread: ends while the event loop is blocked',
    group: 'process',
    weight: 2,
    async inflict(_, slot, random) {
      await arm(slot, { place: '*', action: 'end-thread', nth: random.whole(2, 6) });
      const ms = random.whole(LEASE_MS * 0.5, DEAD_AFTER_MS * 1.5);
      await spin(slot, ms);
      await sleep(1_000);
      return `for ${ms} ms`;
    },
  },
];

const spin = ({ node }: Slot, ms: number) => node.ask({ do: 'spin', ms }).catch(() => undefined);

const arm = ({ node }: Slot, arming: Arming) =>
  node.ask({ do: 'arm', armings: [arming], seed: 1 }).catch(() => undefined);
