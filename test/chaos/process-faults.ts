import { setTimeout as sleep } from 'node:timers/promises';
import { DEAD_AFTER_MS, LEASE_MS, type Slot } from './cluster.js';
import type { Fault } from './fault.js';

/** What happens to processes. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    kind: 'kill',
    group: 'process',
    weight: 4,
    async inflict({ cluster }, slot, random) {
      await slot.node.end('SIGKILL');
      const ms = random.whole(0, 1_500);
      await sleep(ms);
      cluster.replace(slot);
      return `SIGKILL, replaced after ${ms} ms`;
    },
  },
  {
    kind: 'stop',
    group: 'process',
    weight: 2,
    async inflict({ cluster }, slot) {
      const begun = performance.now();
      const inTime = await slot.node.end('SIGTERM', STOP_PATIENCE_MS);
      cluster.replace(slot);
      const took = Math.round(performance.now() - begun);
      if (!inTime) throw new Error(`${slot.name} did not stop within ${STOP_PATIENCE_MS} ms`);
      return `SIGTERM, ended after ${took} ms and replaced`;
    },
  },
  {
    kind: 'freeze, shorter than the lease',
    group: 'process',
    weight: 1,
    inflict: (_, slot, random) => freeze(slot, random.whole(200, LEASE_MS * 0.9)),
  },
  {
    kind: 'freeze, longer than the lease',
    group: 'process',
    weight: 3,
    inflict: (_, slot, random) => freeze(slot, random.whole(LEASE_MS * 1.2, LEASE_MS * 2.5)),
  },
  {
    kind: 'freeze, longer than dead-after',
    group: 'process',
    weight: 3,
    inflict: (_, slot, random) =>
      freeze(slot, random.whole(DEAD_AFTER_MS * 1.2, DEAD_AFTER_MS * 3)),
  },
];

/** A stop is bounded also while the database is away; this is above all its bounds together. */
const STOP_PATIENCE_MS = 60_000;

async function freeze({ node }: Slot, ms: number): Promise<string> {
  node.signal('SIGSTOP');
  await sleep(ms);
  node.signal('SIGCONT');
  return `SIGSTOP for ${ms} ms`;
}
