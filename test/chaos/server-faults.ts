import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_MS } from './cluster.js';
import type { Fault } from './fault.js';
import { endSessions } from './node-role.js';

/** What happens to the server as a whole, crashes aside. */
export const SERVER_FAULTS: readonly Fault[] = [
  {
    kind: 'server is frozen',
    group: 'database',
    weight: 1,
    touches: 'server',
    async inflict({ server }, _, random) {
      const ms = random.whole(300, 4 * LEASE_MS);
      const thaw = await server.freeze();
      await sleep(ms);
      thaw();
      return `every process of it, for ${ms} ms`;
    },
  },
  {
    kind: 'server is started anew',
    group: 'database',
    weight: 1,
    touches: 'server',
    async inflict({ server }) {
      await server.stop('fast');
      await server.restart();
      return 'stopped in order and started again';
    },
  },
  {
    kind: 'sessions end at random',
    group: 'database',
    weight: 2,
    touches: 'server',
    async inflict({ observer }, _, random) {
      const until = Date.now() + random.whole(1_000, 4_000);
      let ended = 0;
      for (; Date.now() < until; await sleep(random.whole(50, 500))) {
        ended += await endSessions(observer, random.between(0.02, 0.3));
      }
      return `${ended} of them`;
    },
  },
];
