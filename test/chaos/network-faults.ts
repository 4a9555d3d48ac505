import { setTimeout as sleep } from 'node:timers/promises';
import { DEAD_AFTER_MS, LEASE_MS } from './cluster.js';
import type { Fault } from './fault.js';
import type { Direction } from './relay-link.js';

const WAYS: readonly (readonly Direction[])[] = [['up'], ['down'], ['up', 'down']];

/** What the bytes of these statements hold: the name under which they are prepared, or their text. */
const ANSWERS = {
  fire: ['\0fire\0', 'w.last_fire_at <='],
  claim: ['\0claim\0', 'WITH RECURSIVE'],
  finish: ['\0finish\0', 'WITH outcomes AS'],
  heartbeat: ['\0beat\0', 'WITH beat AS'],
  settle: ['\0settle\0', 'lost AS MATERIALIZED'],
  takeover: ['fencing_token = fencing_token + 1'],
  renewal: ['SET expires_at ='],
  commit: ['COMMIT'],
};

const END_LOCK_SESSIONS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name LIKE 'carillon:lock%'`;

const LEADER_ASKS = new Set<keyof typeof ANSWERS>(['fire', 'settle', 'renewal']);

/** What happens between a node and its database. */
export const NETWORK_FAULTS: readonly Fault[] = [
  {
    kind: 'network stalls',
    group: 'network',
    weight: 2,
    async inflict(_, { relay }, random) {
      const ways = random.pick(WAYS);
      const ms = random.whole(300, DEAD_AFTER_MS * 1.5);
      for (const way of ways) relay.set(way, { kind: 'stall' });
      await sleep(ms);
      relay.heal();
      return `${ways.join(' and ')} for ${ms} ms`;
    },
  },
  {
    kind: 'network swallows',
    group: 'network',
    weight: 3,
    async inflict(_, { relay }, random) {
      const ways = random.pick(WAYS);
      const ms = random.whole(300, DEAD_AFTER_MS * 1.5);
      for (const way of ways) relay.set(way, { kind: 'swallow' });
      await sleep(ms);
      relay.heal();
      return `${ways.join(' and ')} for ${ms} ms`;
    },
  },
  {
    kind: 'network is slow',
    group: 'network',
    weight: 1,
    async inflict(_, { relay }, random) {
      const passage = {
        kind: 'delay',
        ms: random.whole(10, 200),
        jitterMs: random.whole(0, 300),
      } as const;
      relay.set('up', passage);
      relay.set('down', passage);
      const ms = random.whole(1_000, 2 * DEAD_AFTER_MS);
      await sleep(ms);
      relay.heal();
      return `by ${passage.ms} to ${passage.ms + passage.jitterMs} ms, for ${ms} ms`;
    },
  },
  {
    kind: 'network is cut',
    group: 'network',
    weight: 2,
    async inflict(_, { relay }, random) {
      const ms = random.pick([0, random.whole(100, LEASE_MS), random.whole(LEASE_MS, 6_000)]);
      relay.cut();
      await sleep(ms);
      relay.heal();
      return `for ${ms} ms`;
    },
  },
  {
    kind: 'answer is lost',
    group: 'network',
    weight: 5,
    touches: 'leader',
    async inflict({ cluster, observer }, slot, random) {
      const to = random.pick(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]);
      const asksForIt = LEADER_ASKS.has(to) ? ((await cluster.leader()) ?? slot) : slot;
      const { relay } = asksForIt;
      const lost = new Promise<string>((resolve) => {
        relay.loseAnswerTo(ANSWERS[to], () => resolve(`to a ${to} of ${asksForIt.name}`));
      });
      // One who takes over is not often there to be found.
      if (to === 'takeover') await observer.query(END_LOCK_SESSIONS);
      const detail = await Promise.race([lost, sleep(3_000, `to no ${to}, as there was none`)]);
      relay.loseNoAnswer();
      return detail;
    },
  },
];
